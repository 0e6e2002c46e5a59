internal import Platform
internal import Synchronization

/// Counts what the tests of this process do to vecferry, and prints it when the process ends.
public enum Figures {
    public enum Kind: Int, CaseIterable, Sendable {
        case namedPoints, otherKills, connections, servers, sessions, badInputs

        fileprivate var words: String {
            switch self {
            case .namedPoints: "kills at named points"
            case .otherKills: "kills at other moments"
            case .connections: "connections cut, stalled, refused or corrupted"
            case .servers: "servers crashed, frozen or full"
            case .sessions: "sessions terminated or in conflict"
            case .badInputs: "bad inputs"
            }
        }
    }

    private static let counts: Mutex<[Kind: Int]> = {
        atexit { Figures.print() }
        return Mutex([:])
    }()

    public static func count(_ kind: Kind, _ number: Int = 1) {
        counts.withLock { $0[kind, default: 0] += number }
    }

    private static func print() {
        let counts = counts.withLock { $0 }
        let figures = Kind.allCases.compactMap { kind in counts[kind].map { "\($0) \(kind.words)" } }
        Swift.print("injected: \(figures.joined(separator: ", "))")
    }
}
