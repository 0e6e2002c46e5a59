internal import CLibpq

/// Owns one `PGresult`, and clears it in `deinit`.
struct QueryResult: ~Copyable {
    private let handle: OpaquePointer

    /// Takes over a result that libpq returned; the caller must not clear it.
    init(owning handle: OpaquePointer) { self.handle = handle }

    deinit { PQclear(handle) }

    /// The kind of answer.
    var status: ExecStatusType { PQresultStatus(handle) }

    /// Returns all rows, as text.
    func rows() -> Rows {
        let width = PQnfields(handle)
        let columns = (0..<width).map { String(cString: PQfname(handle, $0)) }
        let values = (0..<PQntuples(handle)).map { row in
            (0..<width).map { column -> String? in
                guard PQgetisnull(handle, row, column) == 0 else { return nil }
                return String(cString: PQgetvalue(handle, row, column))
            }
        }
        let affected = String(cString: PQcmdTuples(handle))
        return Rows(columns: columns, values: values, affected: Int(affected) ?? 0)
    }

    /// Returns the error that this result reports.
    ///
    /// - Parameter holdsNoRows: Whether the statement reads no row, so that nothing need be left out.
    func error(_ code: PostgresError.Code, holdsNoRows: Bool = false) -> PostgresError {
        func field(_ name: Character) -> String? {
            PQresultErrorField(handle, Int32(name.asciiValue!)).map { ServerText.copy($0) }
        }
        // The field codes are those of libpq's PG_DIAG_ macros (postgres_ext.h).
        return PostgresError.server(
            code: code, sqlState: field("C"), message: field("M") ?? ServerText.copy(PQresultErrorMessage(handle)),
            detail: field("D"), hint: field("H"), context: field("W"), constraint: field("n"),
            holdsNoRows: holdsNoRows)
    }
}
