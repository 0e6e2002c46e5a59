/// Collects rows into pieces that are worth a system call.
struct OutgoingBatch {
    /// The bytes of one call: psycopg measured no gain beyond 128 KiB (psycopg `_copy_base.py`). A larger row is sent in
    /// pieces, so that libpq's buffer does not grow to the row's size.
    static let size = 128 << 10

    private var bytes: [UInt8] = []

    /// Reserves room for one call.
    init() { bytes.reserveCapacity(Self.size * 2) }

    /// Adds a message, and sends the collected bytes when there are enough.
    mutating func append(
        _ message: borrowing RawSpan, to target: borrowing Session
    ) throws(FerryError) {
        if message.byteCount > Self.size {
            try flush(to: target)
            var offset = 0
            while offset < message.byteCount {
                let end = min(offset + Self.size, message.byteCount)
                try target.putCopyData(message.extracting(offset..<end))
                offset = end
            }
            return
        }
        message.withUnsafeBytes { bytes.append(contentsOf: $0) }
        if bytes.count >= Self.size { try flush(to: target) }
    }

    /// Sends the rest.
    mutating func flush(to target: borrowing Session) throws(FerryError) {
        guard !bytes.isEmpty else { return }
        try target.putCopyData(bytes.span.bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
