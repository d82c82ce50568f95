"""What a program measures: a line for each promise, and whether it holds."""


class Report:
    """The results of one program, or of one control."""

    def __init__(self, is_quiet=False):
        self.is_quiet = is_quiet
        self.violations = []

    def check(self, holds, promise, figure):
        """Records one result. `promise` is the id of the requirement, `figure` is what was measured."""
        if not holds:
            self.violations.append(f"{promise}: {figure}")
        if not self.is_quiet:
            print(f"{'ok  ' if holds else 'FAIL'} {promise}: {figure}", flush=True)

    def note(self, text):
        """Prints a figure that no requirement bounds."""
        if not self.is_quiet:
            print(f"     {text}", flush=True)

    def control(self, world, check):
        """Runs `check(report)` where the promise is known to be broken. A check that finds nothing there is worthless."""
        broken = Report(is_quiet=True)
        check(broken)
        found = broken.violations[0] if broken.violations else "NOTHING FOUND"
        self.check(bool(broken.violations), "control", f"{world}: {found}")
