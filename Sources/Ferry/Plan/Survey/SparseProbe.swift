/// Looks on the source for sparse vectors that an hnsw index of the target will not take: one such row fails the build, when
/// all rows are there, or its insertion.
///
/// hnsw takes at most 1,000 non-zero elements (pgvector, hnsw.h, HNSW_MAX_NNZ; sparsevec itself 16,000). Their number is
/// told by the value's size, which is in the heap even where the value is in TOAST: reading only the heap is cheap, and a
/// time limit bounds it. A value that was compressed, as only ALTER COLUMN … SET STORAGE makes pgvector's, may hide from it.
struct SparseProbe {
    /// The source.
    let endpoint: Endpoint
    /// The snapshot to read the source in; nil reads what is there now.
    let snapshot: Snapshot?

    /// How long one table may take.
    static let limit = "10s"

    /// Bytes of a sparsevec with 1,000 non-zero elements: a header of 16, and 8 for each (sparsevec.h, SPARSEVEC_SIZE). A
    /// value in TOAST is told without the 4 bytes of its length.
    static let largestBytes = 16 + 8 * 1_000

    /// An index and what the rows mean for it.
    struct Finding: Sendable {
        /// The target's index, or the source's that is to be made there.
        var index: QualifiedName
        /// What it is on.
        var column: String
        /// Whether there is a row that it does not take; nil where that could not be found out.
        var isTooLong: Bool?
    }

    /// - Parameter holder: The table whose indexes count: the target's, or the source's own where it is yet to be made.
    /// - Returns: Nothing of indexes that take all rows.
    func findings(for table: Relation, indexedAs holder: Relation) throws(FerryError) -> [Finding] {
        var findings: [Finding] = []
        for index in holder.indexes where index.method == "hnsw" && index.parts.keyType == "sparsevec" {
            // Of an expression nothing is known until it is computed.
            guard let column = index.columns.first, table.column(column) != nil else { continue }
            let isTooLong = try hasTooLong(column, index.parts.predicate, in: table)
            if isTooLong == false { continue }
            findings.append(Finding(index: index.name, column: column, isTooLong: isTooLong))
        }
        return findings
    }

    private func hasTooLong(
        _ column: String, _ predicate: String?, in table: Relation
    ) throws(FerryError) -> Bool? {
        // A session of its own, since running into the limit would end the survey's transaction.
        let session = if let snapshot { try snapshot.join(endpoint) } else { try endpoint.connect() }
        do throws(FerryError) {
            let size = "pg_column_size(r.\(column.quotedIdentifier))"
            let condition = predicate.map { " AND (\($0))" } ?? ""
            try session.execute("SET statement_timeout TO '\(Self.limit)'")
            return try session.query(
                """
                SELECT EXISTS (SELECT FROM \(table.quotedForRows) AS r \
                WHERE \(size) > \(Self.largestBytes)\(condition)) AS found
                """
            ).only().bool("found")
        } catch {
            guard error.cause?.code == .server, !error.isRetryable else { throw error.of(table.name) }
            return nil
        }
    }
}

extension SparseProbe.Finding {
    /// What the plan says of it.
    ///
    /// - Parameter isWhole: Whether all rows of the source are copied.
    func note(_ table: QualifiedName, isWhole: Bool) -> Note {
        let rows =
            "SELECT * FROM \(table.sql) WHERE pg_column_size(\(column.sqlIdentifier)) > \(SparseProbe.largestBytes)"
        guard isTooLong == true else {
            return Note(
                level: .warning, code: .indexSparse, side: .source, table: table,
                message:
                    "hnsw takes at most 1,000 non-zero elements, and whether rows have more in \(column) could not be "
                    + "found out within \(SparseProbe.limit): with such a row the build of \(index) fails.",
                hint: "To be sure, look with: \(rows).")
        }
        return Note(
            level: isWhole ? .blocker : .warning, code: .indexSparse, side: .source, table: table,
            message: "Rows have more than 1,000 non-zero elements in \(column), the most that hnsw takes: "
                + (isWhole ? "\(index) can't be built on them." : "\(index) can't be built if they are copied."),
            hint: "Drop that index on the target, or index a part of the rows with WHERE. The rows: \(rows).")
    }
}
