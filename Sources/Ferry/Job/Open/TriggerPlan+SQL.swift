internal import Postgres

extension TriggerPlan {
    /// The statement that keeps the trigger from firing.
    var disabling: String {
        "ALTER TABLE ONLY \(relation.quoted) DISABLE TRIGGER \(name.quotedIdentifier)"
    }

    /// The statement that enables the trigger again, in its former mode.
    var enabling: String {
        let mode = ["A": "ALWAYS ", "R": "REPLICA "][enabled] ?? ""
        return "ALTER TABLE ONLY \(relation.quoted) "
            + "ENABLE \(mode)TRIGGER \(name.quotedIdentifier)"
    }
}

extension Relation {
    /// The plans of its triggers.
    var triggerPlans: [TriggerPlan] {
        triggers.map { TriggerPlan(relation: name, name: $0.name, enabled: $0.enabled) }
    }
}
