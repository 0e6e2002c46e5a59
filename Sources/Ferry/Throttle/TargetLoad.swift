/// What a target has to do, at one moment.
struct TargetLoad: Equatable {
    /// How far the standby behind all others is behind; nil where there is none, or where the role may not see it.
    var lag: Duration?
    /// Its name.
    var standby: String?
    /// How long a commit takes until it is on the target's own disk.
    var commit: Duration
    /// The statements that others run.
    var sessions: Int
}
