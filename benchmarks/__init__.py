"""What Fitboard promises in numbers, measured on real processes: ``make bench``.

Nothing here runs in the tests: a busy machine must not turn them red.
"""
