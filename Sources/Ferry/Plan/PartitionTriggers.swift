extension Catalog {
    /// Why rows can't be written to a table quietly: row triggers that fire in its partitions, or in itself as a partition,
    /// whatever is done to the table's own.
    func partitionTriggers(of relation: Relation) -> [Note] {
        guard !server.letsOwnersDisablePartitionTriggers else { return [] }
        let line = ancestors(of: relation) + [relation] + tree(below: relation)
        return line.filter { $0.kind == .partitioned }.flatMap { parent in
            parent.triggers.filter(\.isForEachRow).map { trigger in
                Note(
                    level: .blocker, code: .partitionTrigger, side: .target, table: relation.name,
                    message:
                        "The partitions of \(parent.name) have its row trigger \(trigger.name), which only a superuser can "
                        + "switch off there before PostgreSQL 15.",
                    hint: "Drop it meanwhile; or have a superuser run ALTER TABLE \(parent.name.sql) DISABLE TRIGGER "
                        + "\(trigger.name.sqlIdentifier) before, and ENABLE TRIGGER after.")
            }
        }
    }
}
