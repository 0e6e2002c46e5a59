import Ferry

/// The JSON of `index`.
struct IndexDocument: Encodable {
    /// One index that had something to build.
    struct Built: Encodable {
        let table: NameDocument
        let name: NameDocument
        let seconds: Double
        let error: String?
    }

    /// The plan of the builds.
    struct Planned: Encodable {
        let target: ServerDocument
        let tables: [IndexedTableDocument]
        let notes: [NoteDocument]
    }

    let plan: Planned
    let indexes: [Built]
    let seconds: Double

    init(_ report: IndexStepReport) {
        plan = Planned(
            target: ServerDocument(report.plan.target), tables: report.plan.tables.map(IndexedTableDocument.init),
            notes: report.plan.notes.map(NoteDocument.init))
        indexes = report.indexes.map { index in
            Built(
                table: NameDocument(index.table), name: NameDocument(index.name), seconds: index.seconds,
                error: index.error)
        }
        seconds = report.seconds
    }
}

/// The JSON of `index --dry-run`.
struct IndexStepDocument: Encodable {
    let target: ServerDocument
    let tables: [IndexedTableDocument]
    let notes: [NoteDocument]

    init(_ plan: IndexStepPlan) {
        target = ServerDocument(plan.target)
        tables = plan.tables.map(IndexedTableDocument.init)
        notes = plan.notes.map(NoteDocument.init)
    }
}

/// A table with vector indexes.
struct IndexedTableDocument: Encodable {
    let name: NameDocument
    let estimatedRows: Int?
    let indexes: [IndexPlanDocument]

    init(_ table: IndexStepPlan.Table) {
        name = NameDocument(table.name)
        estimatedRows = table.estimatedRows < 0 ? nil : table.estimatedRows
        indexes = table.indexes.map(IndexPlanDocument.init)
    }
}
