/// A pair of the rig's servers, in either direction.
public enum ServerPair: CaseIterable, Sendable {
    /// From the rig's source to its target.
    case rig
    /// From the rig's target to its source.
    case reversed

    /// The servers' URIs; nil where they are the rig's own.
    public var servers: (source: String, target: String)? {
        get throws {
            switch self {
            case .rig: nil
            case .reversed: (try Rig.variable("VECFERRY_TARGET"), try Rig.variable("VECFERRY_SOURCE"))
            }
        }
    }
}
