internal import Postgres

/// How the bot of a table's row is found.
public indirect enum BotScope: Codable, Sendable, Equatable {
    /// In a column of the table.
    case column(String)
    /// In the row of `parent` that a foreign key refers to.
    case through(columns: [String], parent: QualifiedName, parentColumns: [String], scope: BotScope)
}

/// Which bots' rows are copied.
public struct BotFilter: Codable, Sendable, Equatable {
    /// Only these; nil for all, with the rows that belong to none.
    public var only: [String]?
    /// The target's own, which stay; nil among them stands for rows that belong to no bot.
    public var except: [String?]

    /// Every row.
    public static let all = BotFilter(only: nil, except: [])

    /// Whether every row is let through.
    public var isAll: Bool { only == nil && except.isEmpty }

    /// - Parameters:
    ///   - only: nil lets all through that `except` does not name.
    ///   - except: nil among them stands for rows that belong to no bot.
    public init(only: [String]?, except: [String?]) {
        self.only = only
        self.except = except
    }
}

extension BotScope {
    /// The tables that lead from a row to its bot.
    var parents: [QualifiedName] {
        switch self {
        case .column: []
        case .through(_, let parent, _, let scope): [parent] + scope.parents
        }
    }

    /// An SQL condition for the rows of `alias` that `filter` lets through; nil where that is all of them.
    ///
    /// Bots are compared as text, so that ids of any type (`char(26)`, `uuid`, `bigint`) are given the same way.
    func condition(
        _ filter: BotFilter, alias: String, on connection: borrowing Connection
    ) throws(PostgresError) -> String? {
        guard !filter.isAll else { return nil }
        var conditions: [String] = []
        if let only = filter.only { conditions.append(try isIn(only, alias: alias, on: connection)) }
        let named = filter.except.compactMap(\.self)
        if !named.isEmpty {
            // A row of no bot is not in any list: the condition must be true for it, and not NULL.
            conditions.append("(\(try isIn(named, alias: alias, on: connection))) IS NOT TRUE")
        }
        if filter.except.contains(nil) {
            conditions.append("(\(try hasNoBot(alias: alias, on: connection))) IS NOT TRUE")
        }
        return conditions.joined(separator: " AND ")
    }

    /// An SQL condition for the rows of these bots; nil among them stands for rows that belong to none.
    func belongs(
        to bots: [String?], alias: String, on connection: borrowing Connection
    ) throws(PostgresError) -> String {
        let named = bots.compactMap(\.self)
        var conditions = [try isIn(named, alias: alias, on: connection)]
        if bots.contains(nil) { conditions.append(try hasNoBot(alias: alias, on: connection)) }
        return "(\(conditions.joined(separator: " OR ")))"
    }

    /// An SQL expression for the bot of a row of `alias`, as text.
    func expression(alias: String, on connection: borrowing Connection) throws(PostgresError) -> String {
        switch self {
        case .column(let name): return "\(alias).\(try connection.quoteIdentifier(name))::text"
        case .through(let columns, let parent, let parentColumns, let scope):
            let inner = alias + "p"
            let join = try Self.join(columns, of: alias, parentColumns, of: inner, on: connection)
            return """
                (SELECT \(try scope.expression(alias: inner, on: connection)) \
                FROM \(try parent.quoted(on: connection)) AS \(inner) WHERE \(join))
                """
        }
    }

    private func isIn(
        _ bots: [String], alias: String, on connection: borrowing Connection
    ) throws(PostgresError) -> String {
        let list = try connection.quoteLiteral(ArrayText.format(bots))
        switch self {
        case .column(let name):
            return "\(alias).\(try connection.quoteIdentifier(name))::text = ANY (\(list)::text[])"
        case .through(let columns, let parent, let parentColumns, let scope):
            let inner = alias + "p"
            let own = try connection.columnList(columns, of: alias)
            let theirs = try connection.columnList(parentColumns, of: inner)
            return """
                (\(own)) IN (SELECT \(theirs) FROM \(try parent.quoted(on: connection)) AS \(inner) \
                WHERE \(try scope.isIn(bots, alias: inner, on: connection)))
                """
        }
    }

    private func hasNoBot(alias: String, on connection: borrowing Connection) throws(PostgresError) -> String {
        "\(try expression(alias: alias, on: connection)) IS NULL"
    }

    private static func join(
        _ left: [String], of alias: String, _ right: [String], of other: String, on connection: borrowing Connection
    ) throws(PostgresError) -> String {
        var conditions: [String] = []
        for (own, theirs) in zip(left, right) {
            conditions.append(
                "\(alias).\(try connection.quoteIdentifier(own)) = \(other).\(try connection.quoteIdentifier(theirs))")
        }
        return conditions.joined(separator: " AND ")
    }
}
