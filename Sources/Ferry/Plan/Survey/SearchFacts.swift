internal import Postgres

/// What can be known of a table's searches without running one, from statistics and settings.
struct SearchFacts: Sendable, Equatable {
    /// The share of the table's rows that the bot of a typical row has, from 0 to 1: half of the rows belong to bots with at least as many.
    /// nil where the rows belong to no bots, and where the table was never analyzed.
    var typicalShare: Double?
    /// The `ivfflat.probes` that the owner of the target's table has in this database; nil for pgvector's default.
    var probes: Int?

    /// Reads the facts of tables.
    ///
    /// - Parameters:
    ///   - tables: The tables to be searched, with the column of the bots.
    ///   - owners: The owners of the target's tables.
    static func read(
        of tables: [(name: QualifiedName, botColumn: String?)], owners: [QualifiedName: String],
        source: borrowing Session, target: borrowing Session
    ) throws(FerryError) -> [QualifiedName: SearchFacts] {
        guard !tables.isEmpty else { return [:] }
        var facts: [QualifiedName: SearchFacts] = [:]
        let probes = try probes(of: Set(owners.values).sorted(), target)
        for table in tables { facts[table.name] = SearchFacts(probes: owners[table.name].flatMap { probes[$0] }) }
        let scoped = tables.filter { $0.botColumn != nil }
        guard !scoped.isEmpty else { return facts }
        let rows = try source.query(
            """
            SELECT s.schemaname AS schema, s.tablename AS name, s.most_common_freqs::text AS common,
                CASE WHEN s.n_distinct < 0 THEN -s.n_distinct * greatest(c.reltuples, 1) ELSE s.n_distinct END::float8 AS bots
            FROM unnest($1::text[], $2::text[], $3::text[]) AS t (schema, name, bot)
            JOIN pg_stats AS s ON s.schemaname = t.schema AND s.tablename = t.name AND s.attname = t.bot
            JOIN pg_class AS c ON c.oid = format('%I.%I', t.schema, t.name)::regclass
            """,
            [
                ArrayText.format(scoped.map(\.name.schema)), ArrayText.format(scoped.map(\.name.name)),
                ArrayText.format(scoped.compactMap(\.botColumn)),
            ])
        for row in rows {
            let name = QualifiedName(schema: try row.string("schema"), name: try row.string("name"))
            let common = try row.optional("common").flatMap { ArrayText.parse($0) } ?? []
            facts[name]?.typicalShare = typicalShare(
                common: common.compactMap { Double($0) }, bots: try row.double("bots"))
        }
        return facts
    }

    /// - Parameters:
    ///   - common: The shares of the bots with the most rows.
    ///   - bots: The number of bots.
    static func typicalShare(common: [Double], bots: Double) -> Double? {
        var sum = 0.0
        for share in common.sorted(by: >) {
            sum += share
            if sum >= 0.5 { return share }
        }
        let others = bots - Double(common.count)
        return others >= 1 ? max(0, 1 - sum) / others : common.min()
    }

    /// The settings of roles in the database; a role's own comes before the database's (documentation, ALTER ROLE).
    private static func probes(
        of roles: [String], _ session: borrowing Session
    ) throws(FerryError) -> [String: Int] {
        let rows = try session.query(
            """
            SELECT DISTINCT ON (o.name) o.name, substr(c.line, 16) AS probes
            FROM unnest($1::text[]) AS o (name)
            CROSS JOIN pg_db_role_setting AS s
            CROSS JOIN LATERAL unnest(s.setconfig) AS c (line)
            LEFT JOIN pg_roles AS r ON r.oid = s.setrole
            LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
            WHERE c.line LIKE 'ivfflat.probes=%' AND (s.setrole = 0 OR r.rolname = o.name)
                AND (s.setdatabase = 0 OR d.datname = current_database())
            ORDER BY o.name, s.setrole <> 0 DESC, s.setdatabase <> 0 DESC
            """, [ArrayText.format(roles)])
        var probes: [String: Int] = [:]
        for row in rows { probes[try row.string("name")] = Int(try row.string("probes")) }
        return probes
    }
}
