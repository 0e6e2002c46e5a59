import Testing

/// The tests that the stand-in for AWS serves, one after the other: its faults, and the count of its requests, are the same for all.
@Suite(.serialized) enum OnAWS {}
