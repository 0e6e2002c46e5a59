extension Plan {
    /// The definitions that a job saves, in stages: indexes, constraints, triggers. ``StoredPlan`` reads its statements from
    /// them, by their order.
    var savedDefinitions: [SavedDefinition] {
        var definitions: [SavedDefinition] = []
        func add(
            _ pair: TablePair, _ kind: SavedDefinition.Kind, stage: Int, _ relation: QualifiedName, _ name: String,
            _ statements: [String]
        ) {
            definitions.append(
                SavedDefinition(
                    number: DefinitionNumber(definitions.count), pair: pair.number, kind: kind, stage: stage,
                    relation: relation, name: name, statements: statements))
        }
        for pair in pairs {
            for index in pair.indexes where index.action != .keep {
                for build in index.builds {
                    add(pair, .index, stage: build.stage, build.relation, build.index.name, build.statements)
                }
            }
            for constraint in pair.constraints {
                add(
                    pair, .constraint, stage: SavedDefinition.constraintStage, constraint.relation, constraint.name,
                    constraint.statements)
            }
            for trigger in pair.triggers {
                add(
                    pair, trigger.isRule ? .rule : .trigger, stage: SavedDefinition.triggerStage, trigger.relation,
                    trigger.name,
                    [trigger.enabling])
            }
        }
        return definitions
    }
}

extension SavedDefinition {
    /// The stage of constraints, after all indexes: foreign keys need the unique indexes of the tables that they reference.
    static let constraintStage = 10
    /// The stage of triggers and rules, the last one.
    static let triggerStage = 20
}
