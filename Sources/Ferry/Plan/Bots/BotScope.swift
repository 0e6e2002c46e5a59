internal import Postgres

/// The place where the bot of a table's row is found.
public indirect enum BotScope: Sendable, Equatable {
    /// A column of the table.
    case column(String)
    /// The row of `parent` that a foreign key references.
    case through(columns: [String], parent: QualifiedName, parentColumns: [String], scope: BotScope)
}

/// A selection of rows by their bots.
public struct BotFilter: Sendable, Equatable {
    /// The bots to select; nil for all, and for rows that belong to none.
    public var only: [String]?
    /// The bots to leave out, which the target keeps; nil among them stands for rows that belong to no bot.
    public var except: [String?]

    /// Selects every row.
    public static let all = BotFilter(only: nil, except: [])

    /// Whether the rows of a bot are selected; nil stands for rows of no bot.
    func selects(_ bot: String?) -> Bool {
        !except.contains(bot) && (only.map { only in bot.map(only.contains) ?? false } ?? true)
    }

    /// Whether every row is selected.
    public var isAll: Bool { only == nil && except.isEmpty }

    /// - Parameters:
    ///   - only: The bots to select; nil for all that `except` does not list.
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

    /// Whether a database has all tables and columns on the path from a row of `table` to its bot, joined by columns of
    /// PostgreSQL's own types: the operator between others may be found by a cast that anyone has defined.
    func exists(from table: QualifiedName, in catalog: Catalog) -> Bool {
        guard let relation = catalog.relation(table) else { return false }
        switch self {
        case .column(let name): return relation.column(name) != nil
        case .through(let columns, let parent, let parentColumns, let scope):
            return relation.hasBuiltIn(columns) && catalog.relation(parent)?.hasBuiltIn(parentColumns) == true
                && scope.exists(from: parent, in: catalog)
        }
    }

    /// An SQL condition for the rows of `alias` that `filter` selects; nil where that is all of them.
    ///
    /// Bots are compared as text, so that ids of any type (`char(26)`, `uuid`, `bigint`) are written the same way.
    func condition(_ filter: BotFilter, alias: String) -> String? {
        guard !filter.isAll else { return nil }
        var conditions: [String] = []
        if let only = filter.only { conditions.append(isIn(only, alias: alias)) }
        let named = filter.except.compactMap(\.self)
        if !named.isEmpty {
            // A row without a bot is in no list: the condition must be true for it, and not NULL.
            conditions.append("(\(isIn(named, alias: alias))) IS NOT TRUE")
        }
        if filter.except.contains(nil) {
            conditions.append("(\(hasNoBot(alias: alias))) IS NOT TRUE")
        }
        return conditions.joined(separator: " AND ")
    }

    /// An SQL condition for the rows of these bots; nil among them stands for rows that belong to none.
    func belongs(to bots: [String?], alias: String) -> String {
        let named = bots.compactMap(\.self)
        var conditions = [isIn(named, alias: alias)]
        if bots.contains(nil) { conditions.append(hasNoBot(alias: alias)) }
        return "(\(conditions.joined(separator: " OR ")))"
    }

    /// An SQL expression for the bot of a row of `alias`, as text.
    func expression(alias: String) -> String {
        switch self {
        case .column(let name): return "\(alias).\(name.quotedIdentifier)".outputText
        case .through(let columns, let parent, let parentColumns, let scope):
            let inner = alias + "p"
            let join = Self.join(columns, of: alias, parentColumns, of: inner)
            return """
                (SELECT \(scope.expression(alias: inner)) \
                FROM \(parent.quoted) AS \(inner) WHERE \(join))
                """
        }
    }

    private func isIn(_ bots: [String], alias: String) -> String {
        let list = ArrayText.format(bots).quotedLiteral
        switch self {
        case .column(let name):
            let text = "\(alias).\(name.quotedIdentifier)".outputText
            return "(\(text)) OPERATOR(pg_catalog.=) ANY (\(list)::pg_catalog.text[])"
        case .through(let columns, let parent, let parentColumns, let scope):
            let inner = alias + "p"
            let own = columns.columnList(of: alias)
            let theirs = parentColumns.columnList(of: inner)
            return """
                (\(own)) OPERATOR(pg_catalog.=) ANY (SELECT \(theirs) FROM \(parent.quoted) AS \(inner) \
                WHERE \(scope.isIn(bots, alias: inner)))
                """
        }
    }

    private func hasNoBot(alias: String) -> String { "\(expression(alias: alias)) IS NULL" }

    private static func join(_ left: [String], of alias: String, _ right: [String], of other: String) -> String {
        zip(left, right)
            .map { "\(alias).\($0.quotedIdentifier) OPERATOR(pg_catalog.=) \(other).\($1.quotedIdentifier)" }
            .joined(separator: " AND ")
    }
}
