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

    let format = JSONReporter.format
    /// Whether everything that was planned is built.
    let done: Bool
    let plan: Planned
    let indexes: [Built]
    let seconds: Double

    init(_ report: IndexStepReport) {
        done = report.isDone
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
    let format = JSONReporter.format
    /// Whether the builds can start.
    let ready: Bool
    let target: ServerDocument
    let tables: [IndexedTableDocument]
    let notes: [NoteDocument]

    init(_ plan: IndexStepPlan) {
        ready = plan.isReady
        target = ServerDocument(plan.target)
        tables = plan.tables.map(IndexedTableDocument.init)
        notes = plan.notes.map(NoteDocument.init)
    }
}

/// A table with vector indexes.
struct IndexedTableDocument: Encodable {
    let name: NameDocument
    let estimatedRows: Int
    let indexes: [IndexPlanDocument]

    init(_ table: IndexStepPlan.Table) {
        name = NameDocument(table.name)
        estimatedRows = table.estimatedRows
        indexes = table.indexes.map(IndexPlanDocument.init)
    }
}
