internal import Postgres

extension TriggerPlan {
    /// The statement that keeps the trigger from firing.
    func disabling(on target: borrowing Connection) throws(PostgresError) -> String {
        "ALTER TABLE ONLY \(try relation.quoted(on: target)) DISABLE TRIGGER \(try target.quoteIdentifier(name))"
    }

    /// The statement that lets it fire again, when it fired before.
    func enabling(on target: borrowing Connection) throws(PostgresError) -> String {
        let mode = ["A": "ALWAYS ", "R": "REPLICA "][enabled] ?? ""
        return "ALTER TABLE ONLY \(try relation.quoted(on: target)) "
            + "ENABLE \(mode)TRIGGER \(try target.quoteIdentifier(name))"
    }
}

extension Relation {
    /// Its triggers, as they are taken off and put back.
    var triggerPlans: [TriggerPlan] {
        triggers.map { TriggerPlan(relation: name, name: $0.name, enabled: $0.enabled) }
    }
}
