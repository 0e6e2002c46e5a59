internal import Postgres

extension TriggerPlan {
    /// The statement that keeps the trigger, or the rule, from firing.
    var disabling: String {
        "ALTER TABLE ONLY \(relation.quoted) DISABLE \(word) \(name.quotedIdentifier)"
    }

    /// The statement that enables it again, in its former mode.
    var enabling: String {
        let mode = ["A": "ALWAYS ", "R": "REPLICA "][enabled] ?? ""
        return "ALTER TABLE ONLY \(relation.quoted) "
            + "ENABLE \(mode)\(word) \(name.quotedIdentifier)"
    }

    private var word: String { isRule ? "RULE" : "TRIGGER" }
}

extension Relation {
    /// The plans of its triggers and rules.
    var triggerPlans: [TriggerPlan] {
        triggers.map { TriggerPlan(relation: name, name: $0.name, enabled: $0.enabled, isRule: $0.isRule) }
    }
}
