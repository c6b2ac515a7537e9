"""Speed and size, run on request and printed as ratios; never part of the tests."""
