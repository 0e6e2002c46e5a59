import Testing

@testable import Ferry

/// Definitions that a server sends are run only as what they claim to be.
@Suite struct DefinitionFormTests {
    private static let table = QualifiedName(schema: "public", name: "Items")

    private static func index(_ change: (inout Index) -> Void = { _ in }) -> Index {
        var index = Fixture.index("items_embedding", "hnsw")
        index.name = QualifiedName(schema: "public", name: "items_embedding")
        index.definition = "CREATE INDEX items_embedding ON public.\"Items\" USING hnsw (embedding vector_l2_ops)"
        index.parts.name = "items_embedding"
        index.parts.qualifiedName = "public.items_embedding"
        index.parts.relation = "public.\"Items\""
        index.after = []
        change(&index)
        return index
    }

    @Test func `an index as a server defines it is kept`() {
        let after = [
            "ALTER INDEX public.items_embedding SET TABLESPACE fast",
            "ALTER INDEX public.items_embedding ALTER COLUMN 1 SET STATISTICS 7",
            "COMMENT ON INDEX public.items_embedding IS 'a; b'",
            "ALTER TABLE public.\"Items\" CLUSTER ON items_embedding",
            "ALTER TABLE ONLY public.\"Items\" REPLICA IDENTITY USING INDEX items_embedding",
            "COMMENT ON CONSTRAINT items_embedding ON public.\"Items\" IS 'key'",
        ]
        #expect(DefinitionForm.isKept(by: Self.index { $0.after = after }, of: Self.table))
        let key = Self.index {
            $0.isUnique = true
            $0.definition = "CREATE UNIQUE INDEX items_embedding ON ONLY public.\"Items\" USING btree (id)"
            $0.parts.addConstraint = "ALTER TABLE ONLY public.\"Items\" ADD CONSTRAINT items_embedding PRIMARY KEY (id)"
            $0.parts.attach = "ALTER INDEX public.parent ATTACH PARTITION public.items_embedding"
        }
        #expect(DefinitionForm.isKept(by: key, of: Self.table))
    }

    private static let lies: [@Sendable (inout Index) -> Void] = [
        { $0.definition = "CREATE ROLE mallory SUPERUSER" },
        { $0.definition = "CREATE INDEX items_embedding ON public.other USING hnsw (embedding)" },
        { $0.definition = "CREATE INDEX other ON public.\"Items\" USING hnsw (embedding)" },
        { $0.parts.name = "x ON public.y USING btree (z); CREATE ROLE mallory" },
        { $0.parts.qualifiedName = "public.other" },
        { $0.parts.relation = "public.items" },
        { $0.parts.addConstraint = "ALTER TABLE ONLY public.\"Items\" ADD CONSTRAINT other PRIMARY KEY (id)" },
        { $0.parts.addConstraint = "ALTER TABLE ONLY public.\"Items\" ADD CONSTRAINT items_embedding CHECK (f())" },
        { $0.parts.attach = "ALTER ROLE mallory SUPERUSER" },
        { $0.after = ["ALTER ROLE mallory SUPERUSER"] },
        { $0.after = ["ALTER INDEX public.items_embedding OWNER TO mallory"] },
    ]

    @Test(arguments: lies.indices)
    func `an index that a server defines as something else is refused`(position: Int) {
        #expect(!DefinitionForm.isKept(by: Self.index(Self.lies[position]), of: Self.table))
    }

    @Test func `constraints are what they claim to be`() {
        func key(_ definition: String, _ after: [String] = []) -> ForeignKey {
            ForeignKey(
                name: "k", referenced: 1, columns: ["a"], referencedColumns: ["b"], definition: definition, after: after
            )
        }
        #expect(DefinitionForm.isKept(by: key("FOREIGN KEY (a) REFERENCES public.t(b)")))
        #expect(!DefinitionForm.isKept(by: key("CHECK (f())")))
        #expect(!DefinitionForm.isKept(by: key("FOREIGN KEY (a) REFERENCES public.t(b)", ["DROP TABLE t"])))
        #expect(DefinitionForm.isKept(by: LateCheck(name: "c", definition: "CHECK ((a > 0)) NOT VALID")))
        #expect(!DefinitionForm.isKept(by: LateCheck(name: "c", definition: "FOREIGN KEY (a) REFERENCES t(b)")))
    }

    @Test func `an entry of the ledger with several statistics targets becomes several statements`() {
        let (one, two) = (
            "ALTER INDEX a.b ALTER COLUMN 1 SET STATISTICS 7", "ALTER INDEX a.b ALTER COLUMN 2 SET STATISTICS 9"
        )
        #expect(SavedDefinition.single("\(one); \(two)") == [one, two])
        #expect(SavedDefinition.single(one) == [one])
        let exchange = "ALTER INDEX IF EXISTS a.b RENAME TO c; ALTER INDEX a.d RENAME TO b"
        #expect(SavedDefinition.single(exchange) == [exchange])
    }
}
