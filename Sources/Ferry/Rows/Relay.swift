/// Passes the rows of one COPY from the source into a COPY FROM STDIN that has begun on the target.
///
/// The bytes written are the bytes read, including header and trailer; they are parsed only to be counted and hashed, and converted
/// where the query says so. The digest is of the rows as they were written.
struct Relay {
    /// The query of the source.
    let query: RowQuery
    /// Takes the rows and bytes that passed since the last call.
    var progress: (_ rows: Int, _ bytes: Int) -> Void = { _, _ in }

    /// The rows that have passed.
    struct Passed {
        /// Digest of the rows, as the target is to hold them.
        var digest = Digest.zero
        /// The bytes of COPY data.
        var bytes = 0
    }

    /// Passes all rows of the source. Leaves the target's COPY open; ``end(_:on:)`` completes it.
    func run(from source: borrowing Session, to target: borrowing Session) throws(FerryError) -> Passed {
        var passed = Passed()
        var reported = (rows: 0, bytes: 0)
        func report() {
            progress(passed.digest.rows - reported.rows, passed.bytes - reported.bytes)
            reported = (passed.digest.rows, passed.bytes)
        }
        var reader = RowReader(query)
        var outgoing = OutgoingBatch()
        while true {
            var failure: FerryError?
            let count = try reader.next(from: source, row: { passed.digest.add(row: $0) }) { message in
                do throws(FerryError) {
                    try outgoing.append(message, to: target)
                } catch {
                    failure = error
                }
                return message.byteCount
            }
            if let failure { throw failure }
            guard let count else { break }
            passed.bytes += count
            if passed.bytes - reported.bytes >= RowReader.progressBytes { report() }
        }
        try outgoing.flush(to: target)
        report()
        return passed
    }

    /// Completes the target's COPY.
    ///
    /// - Throws: ``FerryError/Code/malformedStream`` if the target counted another number of rows.
    func end(_ passed: Passed, on target: borrowing Session) throws(FerryError) {
        let counted = try target.endCopyIn()
        guard counted == passed.digest.rows else {
            throw FerryError(
                .malformedStream,
                "The target counted \(Count.of(counted, "row")), but \(Count.of(passed.digest.rows)) were sent.",
                side: .target)
        }
    }
}
