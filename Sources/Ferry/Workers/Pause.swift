internal import Platform

/// Blocks the calling worker thread for a moment.
enum Pause {
    /// Pauses for this long; a signal may end the pause early.
    static func milliseconds(_ count: Int) {
        var time = timespec(tv_sec: count / 1000, tv_nsec: (count % 1000) * 1_000_000)
        nanosleep(&time, nil)
    }
}
