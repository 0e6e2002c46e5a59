/// The query of every reader of table data, on either side: rows of one relation, and their columns in a format.
struct RowQuery: Sendable {
    /// The table, or one leaf of a partitioned one.
    var relation: QualifiedName
    /// The columns, in the order of the fields.
    var columns: [String]
    /// The format of COPY.
    var format: TablePair.Format
    /// How to find the bot of a row, where ``filter`` or ``leading`` needs it.
    var botScope: BotScope?
    /// The bots whose rows are read.
    var filter: BotFilter = .all
    /// The heap pages to read; nil for all.
    var pages: PageRange?
    /// The places of the rows to read; nil for all.
    var places: [Place]?
    /// The columns that are read in their text form in either format.
    var textColumns: Set<String> = []
    /// The columns whose values are converted after they are read, in the binary format.
    var conversions: [String: ColumnConversion] = [:]
    /// The fields before those of the columns.
    var leading: [Leading] = []

    /// A field that is not a column.
    enum Leading: Sendable {
        /// The row's `ctid`.
        case place
        /// The row's bot, as text; NULL where it belongs to none.
        case bot
    }

    /// The place of a row version in its relation: a `ctid`.
    struct Place: Hashable, Comparable, Sendable {
        /// The heap page.
        var page: UInt32
        /// The line pointer on the page, from 1.
        var item: UInt16

        static func < (left: Place, right: Place) -> Bool { (left.page, left.item) < (right.page, right.item) }
    }

    /// The number of fields of a row.
    var fieldCount: Int { leading.count + columns.count }

    /// The statement `SELECT … FROM ONLY … WHERE …`.
    var select: String {
        let before = leading.map { field in
            switch field {
            case .place: "r.ctid"
            case .bot: botScope?.expression(alias: "r") ?? "NULL::pg_catalog.text"
            }
        }
        let values = columns.map { column in
            let value = "r.\(column.quotedIdentifier)"
            return textColumns.contains(column) ? value.outputText : value
        }
        return "SELECT \((before + values).joined(separator: ", ")) \(from)"
    }

    /// The clauses `FROM ONLY … AS r WHERE …`.
    var from: String {
        var conditions: [String] = []
        if let pages {
            if pages.start > 0 { conditions.append("r.ctid >= '(\(pages.start),0)'::pg_catalog.tid") }
            if let end = pages.end { conditions.append("r.ctid < '(\(end),0)'::pg_catalog.tid") }
        }
        if let places {
            let list = places.map { "\"(\($0.page),\($0.item))\"" }.joined(separator: ",")
            conditions.append("r.ctid = ANY ('{\(list)}'::pg_catalog.tid[])")
        }
        if let condition = botScope?.condition(filter, alias: "r") { conditions.append(condition) }
        let condition = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
        return "FROM ONLY \(relation.quoted) AS r\(condition)"
    }

    /// The statement `COPY (SELECT …) TO STDOUT …`.
    var copyOut: String { "COPY (\(select)) TO STDOUT\(format.copyOptions)" }
}

extension TablePair.Format {
    /// The end of a COPY statement in this form.
    var copyOptions: String { self == .binary ? " (FORMAT binary)" : "" }

    /// The statement `COPY … FROM STDIN …`.
    ///
    /// - Parameter relation: The relation, quoted.
    func copyIn(_ relation: String, columns: [String]) -> String {
        // A table without columns takes no list.
        let list = columns.isEmpty ? "" : " (\(columns.columnList()))"
        return "COPY \(relation)\(list) FROM STDIN\(copyOptions)"
    }
}
