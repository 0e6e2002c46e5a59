/// Passes the rows of one COPY on: out of the source, into a COPY FROM STDIN that has begun on the target.
///
/// The bytes put are the bytes read, header and trailer included; they are parsed only to be counted and hashed.
struct Relay {
    /// What the source was asked for.
    let query: RowQuery
    /// Takes the rows and bytes that went over since it was last called.
    var progress: (_ rows: Int, _ bytes: Int) -> Void = { _, _ in }

    /// What went over.
    struct Passed {
        /// Of the rows.
        var digest = Digest.zero
        /// Of the stream.
        var bytes = 0
    }

    /// Passes on everything up to the source's end. The target's COPY is still open then; ``end(_:on:)`` ends it.
    func run(from source: borrowing Session, to target: borrowing Session) throws(FerryError) -> Passed {
        var passed = Passed()
        var told = (rows: 0, bytes: 0)
        func tell() {
            progress(passed.digest.rows - told.rows, passed.bytes - told.bytes)
            told = (passed.digest.rows, passed.bytes)
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
            if passed.bytes - told.bytes >= RowReader.progressBytes { tell() }
        }
        try outgoing.flush(to: target)
        tell()
        return passed
    }

    /// Ends the target's COPY.
    ///
    /// - Throws: ``FerryError/Code/malformedStream`` where the target counted other rows than went over.
    func end(_ passed: Passed, on target: borrowing Session) throws(FerryError) {
        let counted = try target.endCopyIn()
        guard counted == passed.digest.rows else {
            throw FerryError(
                .malformedStream, "The target counted \(counted) rows of \(passed.digest.rows) that were sent.",
                side: .target)
        }
    }
}
