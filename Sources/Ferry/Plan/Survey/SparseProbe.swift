/// Searches the source for sparse vectors that an hnsw index of the target does not accept: one such row makes the build fail,
/// after all rows were copied, or its own insertion.
///
/// hnsw accepts at most 1,000 non-zero elements (pgvector, hnsw.h, HNSW_MAX_NNZ; sparsevec itself 16,000). Their number
/// follows from the value's size, which is in the heap even where the value is in TOAST: reading only the heap is cheap, and a
/// time limit bounds it. The probe may miss compressed values, which pgvector's types have only after ALTER COLUMN … SET
/// STORAGE.
struct SparseProbe {
    /// The source.
    let endpoint: Endpoint
    /// The snapshot to read the source in; nil reads the present state.
    let snapshot: Snapshot?

    /// The session's role.
    let user: String

    /// The time limit of one table.
    static let limit = "10s"

    /// The bytes of a sparsevec with 1,000 non-zero elements: a header of 16, and 8 for each (sparsevec.h, SPARSEVEC_SIZE).
    /// The size of a value in TOAST does not include the 4 bytes of its length.
    static let largestBytes = 16 + 8 * 1_000

    /// An index that some rows may not fit.
    struct Finding: Sendable {
        /// The target's index, or the source's index that is to be created there.
        var index: QualifiedName
        /// The indexed column.
        var column: String
        /// Whether a row exceeds the limit; nil where the probe ran out of time.
        var isTooLong: Bool?
    }

    /// - Parameter holder: The table whose indexes count: the target's, or the source's own where it is to be created.
    /// - Returns: The findings, none for an index that accepts all rows.
    func findings(for table: Relation, indexedAs holder: Relation) throws(FerryError) -> [Finding] {
        var findings: [Finding] = []
        for index in holder.indexes where index.method == "hnsw" && index.parts.keyType == "sparsevec" {
            // The values of an expression are unknown until it is computed.
            guard let column = index.columns.first, table.column(column) != nil else { continue }
            let (predicate, owner) = (index.parts.predicate, ActingRole.owner(of: [table]))
            // A predicate may call functions of the table's owner, and runs as the owner or not at all.
            let runsPredicate = predicate != nil && (owner != nil || table.owner == user)
            let isTooLong = try hasTooLong(column, runsPredicate ? predicate : nil, in: table, ActingRole(owner: owner))
            if isTooLong == false { continue }
            let isCertain = predicate == nil || runsPredicate
            findings.append(Finding(index: index.name, column: column, isTooLong: isCertain ? isTooLong : nil))
        }
        return findings
    }

    private func hasTooLong(
        _ column: String, _ predicate: String?, in table: Relation, _ role: ActingRole
    ) throws(FerryError) -> Bool? {
        // A session of its own, since exceeding the limit would end the survey's transaction.
        let session = if let snapshot { try snapshot.join(endpoint) } else { try endpoint.connect() }
        do throws(FerryError) {
            let size = "pg_column_size(r.\(column.quotedIdentifier))"
            let condition = predicate.map { " AND (\($0))" } ?? ""
            try session.execute(
                "\(snapshot == nil ? "BEGIN READ ONLY; " : "")SET LOCAL statement_timeout TO '\(Self.limit)'")
            return try role.read(on: session) { () throws(FerryError) in
                try session.query(
                    """
                    SELECT EXISTS (SELECT FROM \(table.quotedForRows) AS r \
                    WHERE \(size) > \(Self.largestBytes)\(condition)) AS found
                    """
                ).only().bool("found")
            }
        } catch {
            guard error.cause?.code == .server, !error.isRetryable else { throw error.of(table.name) }
            return nil
        }
    }
}

extension SparseProbe.Finding {
    /// The plan's note on the finding.
    ///
    /// - Parameter isWhole: Whether all rows of the source are copied.
    func note(_ table: QualifiedName, isWhole: Bool) -> Note {
        let rows =
            "SELECT * FROM \(table.sql) WHERE pg_column_size(\(column.sqlIdentifier)) > \(SparseProbe.largestBytes)"
        guard isTooLong == true else {
            return Note(
                level: .warning, code: .indexSparse, side: .source, table: table,
                message:
                    "An hnsw index accepts at most 1,000 non-zero elements, and the column \(column) could not be checked "
                    + "within \(SparseProbe.limit). A row with more makes the build of \(index) fail.",
                hint: "Find such rows on the source with \(rows).")
        }
        return Note(
            level: isWhole ? .blocker : .warning, code: .indexSparse, side: .source, table: table,
            message: "Rows have more than 1,000 non-zero elements in the column \(column), the limit of hnsw: "
                + (isWhole ? "\(index) can't be built on them." : "\(index) can't be built if they are copied."),
            hint: "Drop the index on the target, or leave such rows out of it with WHERE. Find them with \(rows).")
    }
}
