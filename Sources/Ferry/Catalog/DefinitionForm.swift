internal import Postgres

/// Checks that the definitions in a catalog are what they claim to be: those of a source run on the target, with the operator's
/// rights, and come from a server that others may have written to.
///
/// A definition is also sent alone (``Session/define(_:about:)``), so that no second statement can follow it.
enum DefinitionForm {
    /// Whether the statements of an index define it, on its table, and nothing else.
    static func isKept(by index: Index, of table: QualifiedName) -> Bool {
        let parts = index.parts
        guard names(parts.name, [index.name.name]), names(parts.qualifiedName, [index.name.schema, index.name.name]),
            names(parts.relation, [table.schema, table.name])
        else { return false }
        let creation = "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(parts.name) ON "
        let isCreation = ["", "ONLY "].contains {
            index.definition.hasPrefix("\(creation)\($0)\(parts.relation) USING ")
        }
        let adding = "ALTER TABLE ONLY \(parts.relation) ADD CONSTRAINT \(parts.name) "
        let isAdding = parts.addConstraint.map { text in
            ["PRIMARY KEY ", "UNIQUE ", "EXCLUDE "].contains { text.hasPrefix(adding + $0) }
        }
        let isAttaching = parts.attach.map {
            $0.hasPrefix("ALTER INDEX ") && $0.hasSuffix(" ATTACH PARTITION \(parts.qualifiedName)")
        }
        let beginnings = [
            "ALTER INDEX \(parts.qualifiedName) SET ", "ALTER INDEX \(parts.qualifiedName) ALTER COLUMN ",
            "COMMENT ON INDEX \(parts.qualifiedName) IS ", "ALTER TABLE \(parts.relation) CLUSTER ON \(parts.name)",
            "ALTER TABLE ONLY \(parts.relation) REPLICA IDENTITY USING INDEX \(parts.name)",
            "COMMENT ON CONSTRAINT \(parts.name) ON \(parts.relation) IS ",
        ]
        let areProperties = index.after.allSatisfy { text in beginnings.contains { text.hasPrefix($0) } }
        return isCreation && isAdding ?? true && isAttaching ?? true && areProperties
    }

    /// Whether the definition and the statements of a foreign key are such.
    static func isKept(by key: ForeignKey) -> Bool {
        key.definition.hasPrefix("FOREIGN KEY (") && key.after.allSatisfy { $0.hasPrefix("COMMENT ON CONSTRAINT ") }
    }

    /// Whether the definition of a check constraint is one.
    static func isKept(by check: LateCheck) -> Bool {
        check.definition.hasPrefix("CHECK ") && check.after.allSatisfy { $0.hasPrefix("COMMENT ON CONSTRAINT ") }
    }

    /// Whether a server's quoted name is made of these names.
    private static func names(_ quoted: String, _ names: [String]) -> Bool {
        // A server leaves out the quotes where it needs none (PostgreSQL, ruleutils.c, quote_identifier).
        var forms = [""]
        for (position, name) in names.enumerated() {
            let spellings = [name.quotedIdentifier] + (name.sqlIdentifier == name ? [name] : [])
            forms = forms.flatMap { form in spellings.map { form + (position > 0 ? "." : "") + $0 } }
        }
        return forms.contains(quoted)
    }
}
