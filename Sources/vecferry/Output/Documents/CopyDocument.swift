import Ferry

/// The JSON of `copy`.
struct CopyDocument: Encodable {
    /// The outcome for one table.
    struct Table: Encodable {
        let name: NameDocument
        let state: String
        let source: DigestDocument
        let target: DigestDocument
        let keptRows: Int
        /// The bots left out because the target had them; null stands for rows of no bot.
        let keptBots: [String?]
        let indexes: [Index]
        let error: String?
        /// When the reading back began whose digest proves the rows.
        let provenAt: String?
        /// Bytes of heap and TOAST on the source.
        let bytes: Int?
        /// From the first chunk that this run copied to the end of reading back and of the builds.
        let seconds: Double?
        /// What other sessions have changed since.
        let changes: Changes?
        /// How both sides differ.
        let counts: VerifyDocument.Counts?
        /// The bots with other rows than on the source.
        let bots: [VerifyDocument.Bot]?
    }

    /// The number of rows that other sessions changed.
    struct Changes: Encodable {
        let gone: Int
        let written: Int
    }

    /// The outcome for one index.
    struct Index: Encodable {
        let name: NameDocument
        let action: String
        let seconds: Double?
    }

    let job: Int
    /// Rows received from the source, of all tables.
    let rows: Int
    let tables: [Table]
    let notes: [NoteDocument]
    let copySeconds: Double
    let seconds: Double
    let streamedBytes: Int
    let finishedAt: String?
    let inventory: InventoryDocument?
    /// The encodings, where text was converted.
    let conversion: Conversion?
    /// The columns whose values were converted.
    let converted: [Converted]
    /// What the job took off on the target and is still off.
    let stillOff: [StillOffDocument]
    /// The searches that were compared after the copy.
    let searches: [SearchDocument]?

    init(_ report: JobReport) {
        job = report.job.value
        rows = report.rows
        tables = report.tables.map(Table.init)
        notes = report.notes.map(NoteDocument.init)
        copySeconds = report.copySeconds
        seconds = report.seconds
        streamedBytes = report.streamedBytes
        finishedAt = report.finishedAt.map(ISOTime.of)
        inventory = report.inventory.map(InventoryDocument.init)
        conversion = report.conversion.map { Conversion(from: $0.from, to: $0.to) }
        converted = report.converted.map {
            Converted(table: NameDocument($0.table), column: $0.column, type: $0.conversion.rawValue)
        }
        stillOff = report.stillOff.map(StillOffDocument.init)
        searches = report.searches.map { $0.map(SearchDocument.init) }
    }
}

extension CopyDocument {
    /// A column whose values were converted, and the type that they have become.
    struct Converted: Encodable {
        let table: NameDocument
        let column: String
        let type: String
    }

    /// A conversion of text from the source's encoding to the target's.
    struct Conversion: Encodable {
        let from: String
        let to: String
    }
}

extension CopyDocument.Table {
    init(_ table: TableReport) {
        name = NameDocument(table.name)
        state = table.state.rawValue
        source = DigestDocument(table.source)
        target = DigestDocument(table.target)
        keptRows = table.keptRows
        keptBots = table.keptBots
        indexes = table.indexes.map { index in
            CopyDocument.Index(
                name: NameDocument(index.name), action: index.action.rawValue, seconds: index.seconds)
        }
        error = table.error
        provenAt = table.provenAt.map(ISOTime.of)
        bytes = table.bytes
        seconds = table.seconds
        changes = table.changes.map { CopyDocument.Changes(gone: $0.gone, written: $0.written) }
        counts = table.comparison.map { VerifyDocument.Counts($0.counts) }
        bots = table.comparison?.bots?.filter { $0.state == .differs }.map(VerifyDocument.Bot.init)
    }
}
