internal import CLibpq
internal import Platform
internal import Synchronization

/// Asks a server to cancel a session's statement, so that no backend keeps working after its client has left.
///
/// libpq's `PQcancel` opens a connection and blocks until the server has closed it. A hung server never does, so the
/// request is sent from a thread of its own, and the caller waits for it only briefly.
final class CancelRequest: Sendable {
    /// The longest wait for the server: enough for one on another continent, and well within the 5 seconds that a
    /// Ctrl-C may take.
    private static let patience: Duration = .seconds(2)

    /// libpq's copy of the session's address and key. `PQcancel` may be called from any thread (libpq documentation,
    /// "Canceling Queries in Progress"), and nothing else touches it before `deinit`.
    private struct Handle: @unchecked Sendable { let pointer: OpaquePointer }

    private let cancel: Handle
    private let isSent = Atomic<Bool>(false)

    /// - Returns: nil where the session is not connected.
    init?(_ connection: OpaquePointer) {
        guard let pointer = PQgetCancel(connection) else { return nil }
        cancel = Handle(pointer: pointer)
    }

    deinit { PQfreeCancel(cancel.pointer) }

    /// Sends the request. Returns once the server has accepted it, or when the time for that is up.
    func send() {
        var thread = pthread_t()
        let started = pthread_create(
            &thread, nil,
            { context in
                let request = Unmanaged<CancelRequest>.fromOpaque(context!).takeRetainedValue()
                var message = [CChar](repeating: 0, count: 256)
                PQcancel(request.cancel.pointer, &message, 256)
                request.isSent.store(true, ordering: .releasing)
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard started == 0 else { return Unmanaged.passUnretained(self).release() }
        pthread_detach(thread)
        let end = ContinuousClock.now + Self.patience
        while !isSent.load(ordering: .acquiring), ContinuousClock.now < end { usleep(5_000) }
    }
}
