internal import CLibpq
import Synchronization

/// A NOTICE, WARNING or the like that the server sent beside its results.
public struct Notice: Sendable, Equatable {
    /// The severity: `NOTICE`, `WARNING`, …
    public let severity: String
    /// The server's text, without a full stop.
    public let message: String
    /// The server's DETAIL.
    public let detail: String?
    /// The server's HINT.
    public let hint: String?
}

/// Collects the notices of one connection, up to a limit.
final class Notices: Sendable {
    private static let most = 1_000
    private let collected = Mutex<[Notice]>([])

    /// Removes and returns the notices that arrived since the last call, in order.
    func take() -> [Notice] {
        collected.withLock { notices in
            defer { notices = [] }
            return notices
        }
    }

    private func add(_ notice: Notice) {
        collected.withLock { if $0.count < Self.most { $0.append(notice) } }
    }

    /// libpq's notice receiver. It runs inside libpq calls of the thread that owns the connection, which also owns this
    /// object for as long, so the unretained pointer is alive.
    static let receive: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { context, result in
        guard let context, let result else { return }
        func field(_ name: Character) -> String? {
            PQresultErrorField(result, Int32(name.asciiValue!)).map { String(cString: $0) }
        }
        Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().add(
            Notice(severity: field("V") ?? "NOTICE", message: field("M") ?? "", detail: field("D"), hint: field("H")))
    }
}
