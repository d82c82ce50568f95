"""What the programs in `faults/` share."""
