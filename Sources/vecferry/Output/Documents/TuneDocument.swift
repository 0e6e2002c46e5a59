import Ferry

/// The JSON of `tune`.
struct TuneDocument: Encodable {
    /// One embedding column.
    struct Column: Encodable {
        let table: NameDocument
        let column: String
        let distance: String
        let k: Int
        let queries: Int
        let isEstimate: Bool
        let isReached: Bool
        let reference: Option
        let options: [Option]
        /// The position of the choice among the options.
        let choice: Int?
        let reason: String
        let notTried: [String]
        let statements: [String]
        let undo: [String]
        let applied: Option?
    }

    /// One way in which the target could answer.
    struct Option: Encodable {
        let kind: String
        let settings: [Setting]
        let method: String?
        let parameters: [String: String]
        let figures: SearchDocument.Figures
        let bots: [Bot]
        let plans: [SearchDocument.Plan]
        let build: Build?
        let share: Double
        let isCut: Bool
        let isAsGood: Bool
        let isAsFast: Bool
    }

    /// A setting of pgvector.
    struct Setting: Encodable {
        let name: String
        let value: String
    }

    /// One bot's figures; without `bot`, rows that belong to none.
    struct Bot: Encodable {
        let bot: String?
        let figures: SearchDocument.Figures
    }

    /// What a build takes.
    struct Build: Encodable {
        let seconds: Double
        let bytes: Int
        let memoryBytes: Int?
    }

    let source: ServerDocument?
    let target: ServerDocument
    let columns: [Column]
    let notes: [NoteDocument]
    let seconds: Double

    init(_ report: TuneReport) {
        source = report.source.map(ServerDocument.init)
        target = ServerDocument(report.target)
        columns = report.columns.map(Column.init)
        notes = report.notes.map(NoteDocument.init)
        seconds = report.seconds
    }
}

extension TuneDocument.Column {
    init(_ column: TunedColumn) {
        table = NameDocument(column.table)
        self.column = column.column
        distance = column.distance
        k = column.k
        queries = column.queries
        isEstimate = column.isEstimate
        isReached = column.isReached
        reference = TuneDocument.Option(column.reference)
        options = column.options.map(TuneDocument.Option.init)
        choice = column.choice
        reason = column.reason
        notTried = column.notTried
        statements = column.statements
        undo = column.undo
        applied = column.applied.map(TuneDocument.Option.init)
    }
}

extension TuneDocument.Option {
    init(_ option: TuneOption) {
        kind = option.kind.rawValue
        settings = option.settings.map { TuneDocument.Setting(name: $0.name, value: $0.value) }
        method = option.method
        parameters = option.parameters
        figures = SearchDocument.Figures(option.figures)
        bots = option.bots.map { TuneDocument.Bot(bot: $0.bot, figures: SearchDocument.Figures($0.figures)) }
        plans = option.plans.map { SearchDocument.Plan(kind: $0.kind.rawValue, index: $0.index, queries: $0.queries) }
        build = option.build.map { TuneDocument.Build(seconds: $0.seconds, bytes: $0.bytes, memoryBytes: $0.memory) }
        share = option.share
        isCut = option.isCut
        isAsGood = option.isAsGood
        isAsFast = option.isAsFast
    }
}
