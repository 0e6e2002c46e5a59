internal import Postgres

/// The rows of one statement with the side that sent them: a missing or malformed field is an error of that side.
struct Answer: RandomAccessCollection, Sendable {
    private let rows: Rows
    private let side: Side

    init(_ rows: Rows, _ side: Side) {
        self.rows = rows
        self.side = side
    }

    /// The column names, in the statement's order.
    var columns: [String] { rows.columns }
    /// How many rows an INSERT, UPDATE, DELETE or SELECT reports.
    var affected: Int { rows.affected }
    var startIndex: Int { rows.startIndex }
    var endIndex: Int { rows.endIndex }
    subscript(position: Int) -> Record { Record(rows[position], side) }

    /// The row of a statement that always returns one.
    func only() throws(FerryError) -> Record {
        guard let record = first else { throw unexpected("The server returned no row where there is always one.") }
        return record
    }

    /// Returns an error of this side for rows that no server should send.
    func unexpected(_ message: String) -> FerryError { FerryError(PostgresError(.unexpectedResult, message), side) }
}

/// One row of an ``Answer``, its fields found by column name. An accessor throws if the column is missing or its value is not
/// of the type asked for.
struct Record: Sendable {
    private let row: Row
    private let side: Side

    init(_ row: Row, _ side: Side) {
        self.row = row
        self.side = side
    }

    private func attempting<Value>(_ body: (Row) throws(PostgresError) -> Value) throws(FerryError) -> Value {
        do throws(PostgresError) {
            return try body(row)
        } catch {
            throw FerryError(error, side)
        }
    }

    /// The field as the server sent it, or nil for NULL.
    func optional(_ column: String) throws(FerryError) -> String? {
        try attempting { row throws(PostgresError) in try row.optional(column) }
    }

    /// The field at a position from 0, for statements whose columns are named by the operator's tables.
    func optional(at position: Int) throws(FerryError) -> String? {
        try attempting { row throws(PostgresError) in try row.optional(at: position) }
    }

    /// The field as the server sent it.
    func string(_ column: String) throws(FerryError) -> String {
        try attempting { row throws(PostgresError) in try row.string(column) }
    }

    /// The field as an integer.
    func int<Integer: FixedWidthInteger>(
        _ column: String, as type: Integer.Type = Int.self
    ) throws(FerryError) -> Integer {
        try attempting { row throws(PostgresError) in try row.int(column, as: type) }
    }

    /// The field as a size or a count, within a bound, so that no sum or product of them overflows, whatever the server says.
    ///
    /// - Parameter most: By default 2^46 bytes, twice the size of the largest table (documentation, "PostgreSQL Limits").
    func size(_ column: String, from least: Int = 0, to most: Int = 1 << 46) throws(FerryError) -> Int {
        let size = try int(column, as: Int.self)
        guard (least...most).contains(size) else {
            throw FerryError(
                PostgresError(.unexpectedResult, "The column \(column) of the result is \(size), which can't be."), side
            )
        }
        return size
    }

    /// The field as a number of dimensions or bits; nil for NULL, and for more than a bit string has at most (83,886,080).
    func dimensions(_ column: String) throws(FerryError) -> Int? {
        try optionalInt(column).flatMap { (0...1 << 27).contains($0) ? $0 : nil }
    }

    /// The field as the number of a thing.
    func number<Thing>(
        _ column: String, as type: Number<Thing>.Type = Number<Thing>.self
    ) throws(FerryError) -> Number<Thing> {
        Number(try int(column))
    }

    /// The field as an integer, or nil for NULL.
    func optionalInt(_ column: String) throws(FerryError) -> Int? {
        try attempting { row throws(PostgresError) in try row.optionalInt(column) }
    }

    /// The field as a floating-point number.
    func double(_ column: String) throws(FerryError) -> Double {
        try attempting { row throws(PostgresError) in try row.double(column) }
    }

    /// The field as a floating-point number, or nil for NULL.
    func optionalDouble(_ column: String) throws(FerryError) -> Double? {
        try optional(column) == nil ? nil : try double(column)
    }

    /// The field as a boolean.
    func bool(_ column: String) throws(FerryError) -> Bool {
        try attempting { row throws(PostgresError) in try row.bool(column) }
    }

    /// The field as a list: PostgreSQL's text form of a one-dimensional array, without NULLs.
    func list(_ column: String) throws(FerryError) -> [String] {
        try attempting { row throws(PostgresError) in try row.list(column) }
    }

    /// The `schema` and `name` columns, or others, as one name.
    func name(_ schema: String = "schema", _ name: String = "name") throws(FerryError) -> QualifiedName {
        QualifiedName(schema: try string(schema), name: try string(name))
    }
}
