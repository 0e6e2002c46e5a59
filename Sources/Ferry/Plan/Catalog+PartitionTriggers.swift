extension Catalog {
    /// Blockers for row triggers that fire in a table's partitions, or in the table itself as a partition, and that its owner
    /// can't disable.
    func partitionTriggers(of relation: Relation) -> [Note] {
        guard !server.letsOwnersDisablePartitionTriggers else { return [] }
        let line = ancestors(of: relation) + [relation] + tree(below: relation)
        return line.filter { $0.kind == .partitioned }.flatMap { parent in
            parent.triggers.filter(\.isForEachRow).map { trigger in
                Note(
                    level: .blocker, code: .partitionTrigger, side: .target, table: relation.name,
                    message:
                        "The partitions of \(parent.name) have its row trigger \(trigger.name), which only a superuser can "
                        + "disable there before PostgreSQL 15.",
                    hint: "Drop the trigger for the time being, or have a superuser run ALTER TABLE \(parent.name.sql) "
                        + "DISABLE TRIGGER \(trigger.name.sqlIdentifier) before, and ENABLE TRIGGER after.")
            }
        }
    }
}
