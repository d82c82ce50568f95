"""A mail server that takes everything: `mail_sink.py PORT FILE` appends what it is told to the file."""
import socketserver
import sys


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 sink\r\n")
        is_data = False
        for line in self.rfile:
            with open(sys.argv[2], "ab") as file:
                file.write(line)
            word = line[:4].upper().strip()
            if is_data:
                is_data = line != b".\r\n"
                if not is_data:
                    self.wfile.write(b"250 ok\r\n")
            elif word == b"DATA":
                is_data = True
                self.wfile.write(b"354 go on\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 sink\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), Session).serve_forever()
