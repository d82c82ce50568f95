"""What a program measures: a line for each promise, and whether it holds."""

# The exit code of a program that has found what chance doesn't excuse: `faults/run` doesn't try it again.
FINAL = 3


class Report:
    """The results of one program, or of one control."""

    def __init__(self, is_quiet=False):
        self.is_quiet = is_quiet
        self.violations = []
        self.is_final = False

    def check(self, holds, promise, figure, is_final=False):
        """Records one result. `promise` is the id of the requirement, `figure` is what was measured.

        `is_final` marks what no other work on the machine excuses, such as lost data.
        """
        if not holds:
            self.violations.append(f"{promise}: {figure}")
            self.is_final |= is_final
        if not self.is_quiet:
            print(f"{'ok  ' if holds else 'FAIL'} {promise}: {figure}", flush=True)

    def note(self, text):
        """Prints a figure that no requirement bounds."""
        if not self.is_quiet:
            print(f"     {text}", flush=True)

    def control(self, world, check, sees):
        """Runs `check(report)` where the promise is known to be broken.

        A check that finds nothing there is worthless, and so is one that stumbles over something else: `sees` is a part
        of the violation that it must find.
        """
        broken = Report(is_quiet=True)
        check(broken)
        found = [violation for violation in broken.violations if sees in violation]
        others = f"NOTHING FOUND but {broken.violations}"
        self.check(bool(found), "control", f"{world}: {found[0] if found else others}")

    def exit_code(self):
        """What the program ends with."""
        if self.is_final:
            return FINAL
        return 1 if self.violations else 0
