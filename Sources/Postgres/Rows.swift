/// The rows of one statement, as text. For catalogs and ledgers: table data never passes through here.
public struct Rows: Sendable, RandomAccessCollection {
    /// The column names, in the statement's order.
    public let columns: [String]
    /// The number of rows that an INSERT, UPDATE, DELETE or SELECT reports.
    public let affected: Int
    private let values: [[String?]]
    private let positions: [String: Int]

    /// - Parameter values: The fields by row, then by column; nil is NULL.
    init(columns: [String], values: [[String?]], affected: Int) {
        self.columns = columns
        self.values = values
        self.affected = affected
        positions = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Always 0.
    public var startIndex: Int { 0 }
    /// The number of rows.
    public var endIndex: Int { values.count }

    /// A row, from 0.
    public subscript(position: Int) -> Row { Row(values: values[position], positions: positions) }
}

/// One row of ``Rows``, its fields found by column name.
public struct Row: Sendable {
    private let values: [String?]
    private let positions: [String: Int]

    /// - Parameter positions: The position of each column's value in `values`.
    init(values: [String?], positions: [String: Int]) {
        self.values = values
        self.positions = positions
    }

    /// Returns the field as the server sent it, or nil for NULL.
    public func optional(_ column: String) throws(PostgresError) -> String? {
        guard let position = positions[column] else {
            throw PostgresError(.unexpectedResult, "The result has no column \(column).")
        }
        return values[position]
    }

    /// Returns the field at a position from 0, for statements whose columns are named by the operator's tables.
    public func optional(at position: Int) throws(PostgresError) -> String? {
        guard values.indices.contains(position) else {
            throw PostgresError(.unexpectedResult, "The result has no column \(position).")
        }
        return values[position]
    }

    /// Returns the field, which must not be NULL.
    public func string(_ column: String) throws(PostgresError) -> String {
        guard let value = try optional(column) else {
            throw PostgresError(.unexpectedResult, "The column \(column) of the result is NULL.")
        }
        return value
    }

    /// Returns the field as an integer type.
    public func int<Integer: FixedWidthInteger>(
        _ column: String, as type: Integer.Type = Int.self
    ) throws(PostgresError) -> Integer {
        guard let value = Integer(try string(column)) else {
            throw PostgresError(.unexpectedResult, "The column \(column) of the result is not an integer.")
        }
        return value
    }

    /// Returns the field as an integer, or nil for NULL.
    public func optionalInt(_ column: String) throws(PostgresError) -> Int? {
        try optional(column) == nil ? nil : try int(column)
    }

    /// Returns the field as a floating-point number.
    public func double(_ column: String) throws(PostgresError) -> Double {
        guard let value = Double(try string(column)) else {
            throw PostgresError(.unexpectedResult, "The column \(column) of the result is not a number.")
        }
        return value
    }

    /// Returns the field as a boolean (`t` or `f`).
    public func bool(_ column: String) throws(PostgresError) -> Bool { try string(column) == "t" }

    /// Returns the field as a list: PostgreSQL's text form of a one-dimensional array, without NULLs (`{a,"b c"}`).
    public func list(_ column: String) throws(PostgresError) -> [String] {
        guard let text = try optional(column) else { return [] }
        guard let elements = ArrayText.parse(text) else {
            throw PostgresError(.unexpectedResult, "The column \(column) of the result is not an array.")
        }
        return elements
    }
}
