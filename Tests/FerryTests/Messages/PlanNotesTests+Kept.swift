@testable import Ferry

extension PlanNotesTests {
    /// Notes on what stays during the load, on what can't be created, and on what is left out.
    static var kept: [Note] {
        let items = Fixture.items()
        let users = Fixture.items { ($0.oid, $0.name.name) = (300, "users") }
        func key(mayAdd: Bool) -> ForeignKey {
            ForeignKey(
                name: "items_user", referenced: 300, columns: ["id"], referencedColumns: ["id"],
                definition: "FOREIGN KEY (id) REFERENCES public.users(id)", after: [], mayAdd: mayAdd)
        }
        let refused = Fixture.items { $0.foreignKeys = [key(mayAdd: false)] }
        let root = Fixture.items { ($0.oid, $0.name.name, $0.kind) = (301, "all_items", .partitioned) }
        let partition = Fixture.items { ($0.parent, $0.inheritedForeignKeys) = (301, [key(mayAdd: true)]) }
        let index = Fixture.index("items_norm", "btree")
        let stuck = Fixture.items {
            $0.indexes = [index]
            $0.indexes[0].obstacle = "function public.norm(text) is no longer IMMUTABLE"
        }
        let published = Fixture.items { $0.unidentifiedChanges = ["DELETE", "UPDATE"] }
        let large = Fixture.items { $0.columns.append(Fixture.column("content", "oid")) }
        let only: (inout CopyRequest) -> Void = { $0.selection.tables = ["items"] }
        var child = items
        child.inherits = [300]
        let typo: (inout CopyRequest) -> Void = { $0.selection.excluded = ["not_there"] }
        var standby = Fixture.server()
        standby.isInRecovery = true
        var readOnly = Fixture.server()
        readOnly.beginsReadOnly = true
        let coded = Fixture.items { $0.columns[0] = Fixture.column("id", "text") }
        let sequenced = Fixture.items {
            $0.columns = coded.columns
            $0.sequences = [
                ColumnSequence(
                    column: "id", name: QualifiedName(schema: "public", name: "items_id_seq"), maySelect: true,
                    mayUpdate: true)
            ]
        }
        return joined(
            plan([coded], [sequenced]),
            plan([items], [refused, users], only), plan([items, users], [refused, users]),
            plan([items], [root, partition, users], only), plan([items, users], [root, partition, users]),
            plan([items], [stuck]),
            plan([items], [published], { $0.existing = .replace }) {
                $0.nonEmptyTargets = [name]
                ($0.sourceBots, $0.targetBots) = ([name: ["one": 20]], [name: ["one": 18]])
            },
            surveyed([large], [large]) {
                $0.source.relations[large.oid]?.columns[3].isOID = true
                $0.source.objects = [CatalogObject(kind: "large object", rows: 5)]
            },
            plan([users, child], [], { ($0.create, $0.selection.tables) = (true, ["items"]) }),
            plan([items], [], { $0.create = true }) {
                $0.needs = [
                    DefinitionNeed(
                        relation: items.oid, kind: "function", name: "public.norm(text)",
                        user: "default value for column t of table public.items", takesOwnRow: false, isThere: false),
                    DefinitionNeed(
                        relation: items.oid, kind: "function", name: "public.in_order(public.items)",
                        user: "constraint ordered on table public.items", takesOwnRow: true, isThere: false),
                ]
                $0.takenNames = [name: "view"]
            },
            plan([items], [items], typo), plan([items], [items], { $0.selection.excluded = ["*"] }),
            plan(
                [users, child], [users, child],
                { ($0.selection.tables, $0.selection.excluded) = (["users"], ["items"]) }),
            plan([Fixture.items { $0.isUnlogged = true }], [items], sourceServer: standby),
            plan([items], [items], targetServer: readOnly))
    }
}
