import Ferry

/// The JSON of `undo`.
struct UndoDocument: Encodable {
    /// The job that was given up; null where there was none.
    let job: Int?
    let tables: [NameDocument]
    /// The tables whose tuning was taken back.
    let tunings: [NameDocument]
    /// Whether the job had deleted rows of the target, which do not come back.
    let deletedRows: Bool
    let stillOff: [StillOffDocument]

    init(_ report: UndoReport) {
        job = report.job?.value
        tables = report.tables.map(NameDocument.init)
        tunings = report.tunings.map(NameDocument.init)
        deletedRows = report.deletedRows
        stillOff = report.stillOff.map(StillOffDocument.init)
    }
}

/// An object that is still off, and the statements that put it back.
struct StillOffDocument: Encodable {
    let table: NameDocument
    let kind: String
    let name: String
    let statements: [String]
    let error: String?

    init(_ object: StillOff) {
        table = NameDocument(object.table)
        kind = object.kind
        name = object.name
        statements = object.statements
        error = object.error
    }
}
