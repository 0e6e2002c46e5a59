import Ferry

/// One table of a plan.
struct PairDocument: Encodable {
    /// A column that is copied.
    struct Column: Encodable {
        let name: String
        let type: String
        let vectorType: String?
        let dimensions: Int?
        let textReason: String?
        /// The type that the values become on the way; null where their bytes pass unchanged.
        let conversion: String?
    }

    /// One relation that holds rows on the source: the table, or a partition.
    struct Part: Encodable {
        let relation: NameDocument
        let pages: Int
        let bytes: Int
        let pagesPerChunk: Int?
    }

    /// The columns that identify a row.
    struct Key: Encodable {
        let columns: [String]
        let equalityOperators: [String]
    }

    /// The place where a row's bot is found: a column, or that of a parent behind foreign keys, of which the first comes first.
    struct Scope: Encodable {
        let column: String
        let through: [Reference]
    }

    /// A foreign key on the way to a row's bot.
    struct Reference: Encodable {
        let columns: [String]
        let parent: NameDocument
        let parentColumns: [String]
    }

    /// The bots whose rows are selected; null among `except` stands for rows of no bot.
    struct Filter: Encodable {
        let only: [String]?
        let except: [String?]
    }

    /// The way in which rows are loaded; `bots` are those that are replaced, null for rows of no bot.
    struct Load: Encodable {
        let mode: String
        let bots: [String?]?
    }

    /// A constraint that is added after the rows.
    struct Constraint: Encodable {
        let relation: NameDocument
        let name: String
        let definition: String
        let after: [String]
        let exists: Bool
    }

    /// A trigger or a rule that is disabled for the load.
    struct Trigger: Encodable {
        let relation: NameDocument
        let name: String
        let enabled: String
        let isRule: Bool
    }

    /// A sequence that is set after the rows.
    struct Sequence: Encodable {
        let column: String
        /// The source's sequence; null where the value is the last of the column in the target's table `valuesOf`.
        let source: NameDocument?
        let valuesOf: NameDocument?
        let target: NameDocument
        let keepsHigher: Bool
    }

    let number: Int
    let name: NameDocument
    let role: String
    let isCreated: Bool
    let columns: [Column]
    let format: String
    let parts: [Part]
    let targetParts: [NameDocument]
    /// The estimated number of rows, where it is known.
    let estimatedRows: Int?
    let key: Key?
    let botScope: Scope?
    let filter: Filter
    let readBackFilter: Filter
    let load: Load
    /// The role as which rows are loaded; null for the session's own.
    let owner: String?
    let indexes: [IndexPlanDocument]
    let constraints: [Constraint]
    let triggers: [Trigger]
    let sequences: [Sequence]

    init(_ pair: TablePair) {
        number = pair.number.value
        name = NameDocument(pair.name)
        role = pair.role.rawValue
        isCreated = pair.isCreated
        columns = pair.columns.map(Column.init)
        format = pair.format.rawValue
        parts = pair.parts.map(Part.init)
        targetParts = pair.targetParts.map(NameDocument.init)
        estimatedRows = pair.estimatedRows < 0 ? nil : pair.estimatedRows
        key = pair.key.map { Key(columns: $0.columns, equalityOperators: $0.equalityOperators) }
        botScope = pair.botScope.map(Scope.init)
        filter = Filter(only: pair.filter.only, except: pair.filter.except)
        readBackFilter = Filter(only: pair.readBackFilter.only, except: pair.readBackFilter.except)
        load = Load(pair.load)
        owner = pair.owner
        indexes = pair.indexes.map(IndexPlanDocument.init)
        constraints = pair.constraints.map(Constraint.init)
        triggers = pair.triggers.map(Trigger.init)
        sequences = pair.sequences.map(Sequence.init)
    }
}

extension PairDocument.Column {
    init(_ column: ColumnPair) {
        name = column.name
        type = column.type
        vectorType = column.vectorType?.rawValue
        dimensions = column.dimensions
        textReason = column.textReason
        conversion = column.conversion?.rawValue
    }
}

extension PairDocument.Part {
    init(_ part: SourcePart) {
        relation = NameDocument(part.relation)
        pages = part.pages
        bytes = part.bytes
        pagesPerChunk = part.pagesPerChunk
    }
}

extension PairDocument.Scope {
    init(_ scope: BotScope) {
        switch scope {
        case .column(let name): (column, through) = (name, [])
        case .through(let columns, let parent, let parentColumns, let scope):
            let rest = Self(scope)
            column = rest.column
            through =
                [
                    PairDocument.Reference(
                        columns: columns, parent: NameDocument(parent), parentColumns: parentColumns)
                ] + rest.through
        }
    }
}

extension PairDocument.Load {
    init(_ mode: LoadMode) {
        switch mode {
        case .append: (self.mode, bots) = ("append", nil)
        case .truncate: (self.mode, bots) = ("truncate", nil)
        case .keepBots: (self.mode, bots) = ("keep_bots", nil)
        case .replaceBots(let replaced): (self.mode, bots) = ("replace_bots", replaced)
        case .keepKeys: (self.mode, bots) = ("keep_keys", nil)
        case .replaceKeys: (self.mode, bots) = ("replace_keys", nil)
        }
    }
}

extension PairDocument.Constraint {
    init(_ constraint: ConstraintPlan) {
        relation = NameDocument(constraint.relation)
        name = constraint.name
        definition = constraint.definition
        after = constraint.after
        exists = constraint.exists
    }
}

extension PairDocument.Trigger {
    init(_ trigger: TriggerPlan) {
        relation = NameDocument(trigger.relation)
        name = trigger.name
        enabled = trigger.enabled
        isRule = trigger.isRule
    }
}

extension PairDocument.Sequence {
    init(_ sequence: SequencePlan) {
        column = sequence.column
        switch sequence.source {
        case .sequence(let name): (source, valuesOf) = (NameDocument(name), nil)
        case .column(let relation): (source, valuesOf) = (nil, NameDocument(relation))
        }
        target = NameDocument(sequence.target)
        keepsHigher = sequence.keepsHigher
    }
}
