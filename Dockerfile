# The image of the server: one static executable, no shell, no root. Its root may be read-only: only /var/lib/accountd is
# written, and only with SQLite.
#
#   docker build --tag accountd .
#   docker run --read-only --cap-drop ALL --env-file accountd.env --volume accountd:/var/lib/accountd --publish 127.0.0.1:8080:8080 accountd

FROM rust:1.95-alpine AS build
# Headers of the C library, for SQLite, mimalloc and ring.
RUN apk add --no-cache musl-dev=~1.2
WORKDIR /src
COPY . .
# Static, because that is what this compiler makes for musl.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin accountd \
    && install -D target/release/accountd /root-of-image/usr/bin/accountd \
    && install -D -m 0644 /etc/ssl/certs/ca-certificates.crt /root-of-image/etc/ssl/certs/ca-certificates.crt \
    && install -d -m 0700 -o 65532 -g 65532 /root-of-image/var/lib/accountd

# Nothing else to run.
FROM scratch
COPY --from=build /root-of-image/ /
USER 65532:65532
ENV ACCOUNTD_LISTEN=0.0.0.0:8080
EXPOSE 8080
VOLUME /var/lib/accountd
# Drains for drain_seconds, then gives running requests 30 seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=6s --start-period=60s CMD ["/usr/bin/accountd", "health"]
ENTRYPOINT ["/usr/bin/accountd"]
CMD ["serve"]
