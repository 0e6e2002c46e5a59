extension String {
    /// An SQL expression for the text of the value that this expression has, as the output function of its type writes it; NULL
    /// for NULL.
    ///
    /// A cast to text would run a function of the type's owner where that has made one (PostgreSQL documentation, "CREATE
    /// CAST"); concat calls the output function (varlena.c, concat_internal), which only a superuser makes. Like the cast of
    /// char(n), this leaves out the padding. IS DISTINCT FROM NULL needs no operator of the type, and is true for a row of
    /// NULLs (parse_expr.c, make_nulltest_from_distinct).
    var outputText: String {
        let text = "pg_catalog.concat(\(self))"
        let isPadded = "pg_catalog.pg_typeof(\(self)) OPERATOR(pg_catalog.=) 'pg_catalog.bpchar'::pg_catalog.regtype"
        return """
            CASE WHEN \(self) IS DISTINCT FROM NULL \
            THEN CASE WHEN \(isPadded) THEN pg_catalog.rtrim(\(text), ' ') ELSE \(text) END END
            """
    }
}
