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

/// Collects the notices of one connection, up to a limit: a server may send any number of them.
final class Notices: Sendable {
    private struct State {
        var notices: [Notice] = []
        var bytes = 0
    }

    /// The most bytes of all notices together. Later ones are dropped.
    private static let most = 256 << 10
    private let collected = Mutex(State())

    /// Removes and returns the notices that arrived since the last call, in order.
    func take() -> [Notice] {
        collected.withLock { state in
            defer { state = State() }
            return state.notices
        }
    }

    private func add(_ notice: Notice) {
        // A notice without text counts too.
        let size = [notice.message, notice.detail, notice.hint].reduce(64) { $0 + ($1?.utf8.count ?? 0) }
        collected.withLock { state in
            guard state.bytes + size <= Self.most else { return }
            state.bytes += size
            state.notices.append(notice)
        }
    }

    /// libpq's notice receiver. It runs inside libpq calls of the thread that owns the connection, which also owns this
    /// object for as long, so the unretained pointer is alive.
    static let receive: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { context, result in
        guard let context, let result else { return }
        func field(_ name: Character) -> String? {
            PQresultErrorField(result, Int32(name.asciiValue!)).map { ServerText.copy($0) }
        }
        Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().add(
            Notice(severity: field("V") ?? "NOTICE", message: field("M") ?? "", detail: field("D"), hint: field("H")))
    }
}
