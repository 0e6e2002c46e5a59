/// A table pair of a plan, as stored in the ledger.
struct StoredPair: Codable, Sendable, Equatable {
    var number: Int
    var name: StoredName
    var role: StoredWord<TablePair.Role>
    var isCreated: Bool
    var columns: [StoredColumn]
    var format: StoredWord<TablePair.Format>
    var parts: [StoredPart]
    var targetParts: [StoredName]
    var estimatedRows: Int
    var key: StoredKey?
    var botScope: StoredBotScope?
    var filter: StoredBotFilter
    var readBackFilter: StoredBotFilter
    var load: StoredLoad
    var owner: String?
    var indexes: [StoredIndex]
    var constraints: [StoredConstraint]
    var triggers: [StoredTrigger]
    var sequences: [StoredSequence]

    init(_ pair: TablePair) {
        number = pair.number.value
        name = StoredName(pair.name)
        role = StoredWord(pair.role)
        isCreated = pair.isCreated
        columns = pair.columns.map(StoredColumn.init)
        format = StoredWord(pair.format)
        parts = pair.parts.map(StoredPart.init)
        targetParts = pair.targetParts.map(StoredName.init)
        estimatedRows = pair.estimatedRows
        key = pair.key.map(StoredKey.init)
        botScope = pair.botScope.map(StoredBotScope.init)
        filter = StoredBotFilter(pair.filter)
        readBackFilter = StoredBotFilter(pair.readBackFilter)
        load = StoredLoad(pair.load)
        owner = pair.owner
        indexes = pair.indexes.map(StoredIndex.init)
        constraints = pair.constraints.map(StoredConstraint.init)
        triggers = pair.triggers.map(StoredTrigger.init)
        sequences = pair.sequences.map(StoredSequence.init)
    }

    /// The engine's pair, with the statements of its builds and its constraints from the saved definitions.
    func pair(_ saved: inout SavedStatements) throws(StoredFault) -> TablePair {
        let number = PairNumber(number)
        let indexes = try indexes.map { index throws(StoredFault) in try index.plan(pair: number, &saved) }
        let constraints = try constraints.map { constraint throws(StoredFault) in
            try constraint.plan(pair: number, &saved)
        }
        return TablePair(
            number: number, name: name.name, role: role.value, isCreated: isCreated, columns: columns.map(\.column),
            format: format.value, parts: parts.map(\.part), targetParts: targetParts.map(\.name),
            estimatedRows: estimatedRows, key: key?.key, botScope: botScope?.scope, filter: filter.filter,
            readBackFilter: readBackFilter.filter, load: load.mode, owner: owner, indexes: indexes,
            constraints: constraints, triggers: triggers.map(\.plan),
            sequences: try sequences.map { sequence throws(StoredFault) in try sequence.plan() })
    }
}

/// A column that is copied, as stored in the ledger.
struct StoredColumn: Codable, Sendable, Equatable {
    var name: String
    var type: String
    var vectorType: StoredWord<VectorType>?
    var dimensions: Int?
    var textReason: String?
    /// nil where the values are not converted.
    var conversion: StoredWord<ColumnConversion>?
    /// nil where the column has no method of compression of its own.
    var toastMethod: StoredWord<ToastMethod>?

    init(_ column: ColumnPair) {
        name = column.name
        type = column.type
        vectorType = column.vectorType.map(StoredWord.init)
        dimensions = column.dimensions
        textReason = column.textReason
        conversion = column.conversion.map(StoredWord.init)
        toastMethod = column.toastMethod.map(StoredWord.init)
    }

    /// The engine's column.
    var column: ColumnPair {
        ColumnPair(
            name: name, type: type, vectorType: vectorType?.value, dimensions: dimensions, textReason: textReason,
            conversion: conversion?.value, toastMethod: toastMethod?.value)
    }
}

/// A source relation that holds rows, and its division into chunks, as stored in the ledger.
struct StoredPart: Codable, Sendable, Equatable {
    var relation: StoredName
    var pages: Int
    var bytes: Int
    var pagesPerChunk: Int?

    init(_ part: SourcePart) {
        relation = StoredName(part.relation)
        pages = part.pages
        bytes = part.bytes
        pagesPerChunk = part.pagesPerChunk
    }

    /// The engine's part.
    var part: SourcePart {
        SourcePart(relation: relation.name, pages: pages, bytes: bytes, pagesPerChunk: pagesPerChunk)
    }
}

/// The columns that identify a row, as stored in the ledger.
struct StoredKey: Codable, Sendable, Equatable {
    var columns: [String]
    var equalityOperators: [String]

    init(_ key: TableKey) {
        columns = key.columns
        equalityOperators = key.equalityOperators
    }

    /// The engine's key.
    var key: TableKey { TableKey(columns: columns, equalityOperators: equalityOperators) }
}

/// The place where a row's bot is found, as stored in the ledger: `{"column": {"_0": "botid"}}`, or
/// `{"through": {"columns": …, "parent": …, "parentColumns": …, "scope": …}}`.
struct StoredBotScope: Codable, Sendable, Equatable {
    private enum CodingKeys: CodingKey { case column, through }

    private struct Through: Codable {
        var columns: [String]
        var parent: StoredName
        var parentColumns: [String]
        var scope: StoredBotScope
    }

    /// The engine's scope.
    var scope: BotScope

    init(_ scope: BotScope) { self.scope = scope }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch container.allKeys.first {
        case .column: scope = .column(try container.decode(StoredOne<String>.self, forKey: .column).value)
        case .through:
            let through = try container.decode(Through.self, forKey: .through)
            scope = .through(
                columns: through.columns, parent: through.parent.name, parentColumns: through.parentColumns,
                scope: through.scope.scope)
        case nil: throw StoredUnknown()
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch scope {
        case .column(let name): try container.encode(StoredOne(name), forKey: .column)
        case .through(let columns, let parent, let parentColumns, let scope):
            let through = Through(
                columns: columns, parent: StoredName(parent), parentColumns: parentColumns,
                scope: StoredBotScope(scope))
            try container.encode(through, forKey: .through)
        }
    }
}

/// The bots whose rows are copied, as the ledger holds them.
struct StoredBotFilter: Codable, Sendable, Equatable {
    var only: [String]?
    var except: [String?]

    init(_ filter: BotFilter) {
        only = filter.only
        except = filter.except
    }

    /// The engine's filter.
    var filter: BotFilter { BotFilter(only: only, except: except) }
}

/// The way in which rows are loaded, as stored in the ledger: `{"append": {}}` and the like, or
/// `{"replaceBots": {"_0": ["bot", null]}}`.
struct StoredLoad: Codable, Sendable, Equatable {
    private enum CodingKeys: CodingKey { case append, truncate, keepBots, replaceBots, keepKeys, replaceKeys }

    /// The engine's mode.
    var mode: LoadMode

    init(_ mode: LoadMode) { self.mode = mode }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch container.allKeys.first {
        case .append: mode = .append
        case .truncate: mode = .truncate
        case .keepBots: mode = .keepBots
        case .replaceBots:
            mode = .replaceBots(try container.decode(StoredOne<[String?]>.self, forKey: .replaceBots).value)
        case .keepKeys: mode = .keepKeys
        case .replaceKeys: mode = .replaceKeys
        case nil: throw StoredUnknown()
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch mode {
        case .append: try container.encode(StoredNothing(), forKey: .append)
        case .truncate: try container.encode(StoredNothing(), forKey: .truncate)
        case .keepBots: try container.encode(StoredNothing(), forKey: .keepBots)
        case .replaceBots(let bots): try container.encode(StoredOne(bots), forKey: .replaceBots)
        case .keepKeys: try container.encode(StoredNothing(), forKey: .keepKeys)
        case .replaceKeys: try container.encode(StoredNothing(), forKey: .replaceKeys)
        }
    }
}

/// A constraint that is added after the rows, as stored in the ledger.
struct StoredConstraint: Codable, Sendable, Equatable {
    var relation: StoredName
    var name: String
    /// The constraint as `pg_get_constraintdef` writes it, and the statements that follow; nil where the ledger holds
    /// them as a saved definition, as it does since format 3.
    var definition: String?
    var after: [String]?
    var exists: Bool
    var owner: String?

    init(_ plan: ConstraintPlan) {
        relation = StoredName(plan.relation)
        name = plan.name
        exists = plan.exists
        owner = plan.owner
    }

    /// The engine's constraint.
    func plan(pair: PairNumber, _ saved: inout SavedStatements) throws(StoredFault) -> ConstraintPlan {
        if let definition, let after {
            return ConstraintPlan(
                relation: relation.name, name: name, definition: definition, after: after, exists: exists)
        }
        let statements = try saved.next(.constraint, pair: pair, relation: relation.name, name: name)
        guard
            var plan = ConstraintPlan(relation: relation.name, name: name, statements: statements, exists: exists)
        else { throw .damaged }
        plan.owner = owner
        return plan
    }
}

/// A trigger that is disabled for the load, as stored in the ledger.
struct StoredTrigger: Codable, Sendable, Equatable {
    var relation: StoredName
    var name: String
    var enabled: String
    /// nil stands for false, as in formats before 4.
    var isRule: Bool?

    init(_ plan: TriggerPlan) {
        relation = StoredName(plan.relation)
        name = plan.name
        enabled = plan.enabled
        isRule = plan.isRule ? true : nil
    }

    /// The engine's trigger.
    var plan: TriggerPlan {
        TriggerPlan(relation: relation.name, name: name, enabled: enabled, isRule: isRule ?? false)
    }
}

/// A sequence that is set after the load, as stored in the ledger.
struct StoredSequence: Codable, Sendable, Equatable {
    var column: String
    /// The source's sequence; nil where the value is the column's, in `valuesOf`. Formats before 4 always have it.
    var source: StoredName?
    var valuesOf: StoredName?
    var target: StoredName
    var keepsHigher: Bool

    init(_ plan: SequencePlan) {
        column = plan.column
        switch plan.source {
        case .sequence(let name): source = StoredName(name)
        case .column(let relation): valuesOf = StoredName(relation)
        }
        target = StoredName(plan.target)
        keepsHigher = plan.keepsHigher
    }

    /// The engine's sequence.
    func plan() throws(StoredFault) -> SequencePlan {
        let origin: SequencePlan.Origin
        if let source {
            origin = .sequence(source.name)
        } else if let valuesOf {
            origin = .column(of: valuesOf.name)
        } else {
            throw .damaged
        }
        return SequencePlan(column: column, source: origin, target: target.name, keepsHigher: keepsHigher)
    }
}
