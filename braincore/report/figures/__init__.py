"""The figures, one kind a file: functions that draw on given axes, or on new ones, and return them."""
