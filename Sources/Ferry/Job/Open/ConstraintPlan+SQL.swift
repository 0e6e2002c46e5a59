internal import Postgres

extension ConstraintPlan {
    /// The statement that drops the constraint.
    var dropping: String { "ALTER TABLE \(relation.quoted) DROP CONSTRAINT \(name.quotedIdentifier)" }

    /// The statements that add it.
    var statements: [String] { [Self.adding(name, to: relation) + definition] + after }

    /// A constraint that `statements` add.
    ///
    /// - Returns: nil if they are not the ``statements`` of a constraint of this name.
    init?(relation: QualifiedName, name: String, statements: [String], exists: Bool) {
        let adding = Self.adding(name, to: relation)
        guard let first = statements.first, first.hasPrefix(adding) else { return nil }
        self.init(
            relation: relation, name: name, definition: String(first.dropFirst(adding.count)),
            after: Array(statements.dropFirst()), exists: exists)
    }

    private static func adding(_ name: String, to relation: QualifiedName) -> String {
        "ALTER TABLE \(relation.quoted) ADD CONSTRAINT \(name.quotedIdentifier) "
    }
}
