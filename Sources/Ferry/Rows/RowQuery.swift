/// Which rows of one relation, and of them which columns in which form: what every reader of table data asks for, on either
/// side.
struct RowQuery: Sendable {
    /// The table, or one leaf of a partitioned one.
    var relation: QualifiedName
    /// In the order of the fields.
    var columns: [String]
    /// The form in which rows come.
    var format: TablePair.Format
    /// How a row's bot is found, where ``filter`` or ``leading`` asks for it.
    var botScope: BotScope?
    /// Which bots' rows.
    var filter: BotFilter = .all
    /// Heap pages; nil reads all.
    var pages: PageRange?
    /// Only the rows at these places; nil reads wherever they are.
    var places: [Place]?
    /// Columns that are read in their text form, whatever the format of the rest.
    var textColumns: Set<String> = []
    /// Fields before those of the columns.
    var leading: [Leading] = []

    /// A field that is no column's.
    enum Leading: Sendable {
        /// The row's `ctid`.
        case place
        /// The row's bot, as text; NULL where it belongs to none.
        case bot
    }

    /// Where a row version is in its relation: a `ctid`.
    struct Place: Hashable, Comparable, Sendable {
        /// The heap page.
        var page: UInt32
        /// The line pointer on the page, from 1.
        var item: UInt16

        static func < (left: Place, right: Place) -> Bool { (left.page, left.item) < (right.page, right.item) }
    }

    /// How many fields a row has.
    var fieldCount: Int { leading.count + columns.count }

    /// `SELECT … FROM ONLY … WHERE …`
    var select: String {
        let before = leading.map { field in
            switch field {
            case .place: "r.ctid"
            case .bot: botScope?.expression(alias: "r") ?? "NULL::pg_catalog.text"
            }
        }
        let values = columns.map { column in
            "r.\(column.quotedIdentifier)\(textColumns.contains(column) ? "::pg_catalog.text" : "")"
        }
        return "SELECT \((before + values).joined(separator: ", ")) \(from)"
    }

    /// `FROM ONLY … AS r WHERE …`
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

    /// `COPY (SELECT …) TO STDOUT …`
    var copyOut: String { "COPY (\(select)) TO STDOUT\(format.copyOptions)" }
}

extension TablePair.Format {
    /// The end of a COPY statement in this form.
    var copyOptions: String { self == .binary ? " (FORMAT binary)" : "" }

    /// `COPY … FROM STDIN …`
    ///
    /// - Parameter relation: Quoted.
    func copyIn(_ relation: String, columns: [String]) -> String {
        // A table without columns takes no list.
        let list = columns.isEmpty ? "" : " (\(columns.columnList()))"
        return "COPY \(relation)\(list) FROM STDIN\(copyOptions)"
    }
}
