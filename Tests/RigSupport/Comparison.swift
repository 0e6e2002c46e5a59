internal import Postgres

/// A comparison that does not depend on the program under test: `COPY (…) TO STDOUT` of both sides, byte against byte.
extension RigDatabases {
    /// Runs a query with an ORDER BY on both sides, as COPY's text, and compares the streams.
    ///
    /// - Returns: The number of rows, where both sides are equal to the last byte.
    /// - Throws: ``Differing``, with the first row that is not the same.
    public func sameRows(_ query: String) throws -> Int {
        let left = try source.stream(query)
        let right = try target.stream(query)
        guard left == right else { throw Differing(query: query, source: left, target: right) }
        return left.count
    }

    /// The tables' rows in any order and all their columns, for tables without a key.
    public func sameTable(_ table: String) throws -> Int {
        try sameRows("SELECT * FROM \(table) AS r ORDER BY r::text COLLATE \"C\"")
    }

    /// Both sides do not hold the same.
    public struct Differing: Error, CustomStringConvertible {
        let query: String
        let source: [[UInt8]]
        let target: [[UInt8]]

        public var description: String {
            let at = zip(source, target).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            let row = at ?? min(source.count, target.count)
            func shown(_ rows: [[UInt8]]) -> String {
                row < rows.count ? String(decoding: rows[row].prefix(300), as: UTF8.self) : "nothing\n"
            }
            return "\(query): \(source.count) rows against \(target.count); row \(row) is\n\(shown(source))against\n"
                + shown(target)
        }
    }
}

extension RigDatabase {
    /// The lines of `COPY (query) TO STDOUT`, or its rows in the binary format.
    public func stream(_ query: String, binary: Bool = false) throws -> [[UInt8]] {
        let connection = try connect()
        // Names as they are from everywhere, so that reg* values and defaults read the same on both sides.
        try connection.execute(
            """
            SET extra_float_digits TO 3; SET bytea_output TO 'hex'; SET TimeZone TO 'UTC'; SET lc_monetary TO 'C';
            SET DateStyle TO 'ISO, YMD'
            """)
        try connection.startCopy("COPY (\(query)) TO STDOUT\(binary ? " (FORMAT binary)" : "")", .out, limit: nil)
        var rows: [[UInt8]] = []
        while let row = try connection.withNextCopyMessage(
            limit: nil, { bytes in bytes.withUnsafeBytes { Array($0) } })
        {
            rows.append(row)
        }
        return rows
    }

    /// The byte position of the server's write-ahead log: the same number later means that nothing was written meanwhile,
    /// in any database.
    public func writePosition() throws -> String? { try value("SELECT pg_current_wal_insert_lsn()") }

    /// What this database's own transactions have inserted, updated and deleted, and which tables and rows versions it
    /// holds, catalogs included: the same text later means that nothing of it was touched.
    public func fingerprint() throws -> String {
        let tables = try run(
            """
            SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND (n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
                OR c.relname IN ('pg_class', 'pg_attribute', 'pg_index', 'pg_constraint', 'pg_trigger', 'pg_namespace',
                    'pg_type', 'pg_depend', 'pg_description', 'pg_proc'))
            ORDER BY 1
            """
        ).compactMap { $0[0] }
        return try tables.map { table in
            let rows = try value(
                "SELECT md5(string_agg(xmin::text || ctid::text, ' ' ORDER BY ctid)) FROM ONLY \(table)")
            return "\(table) \(rows ?? "empty")"
        }.joined(separator: "\n")
    }
}
