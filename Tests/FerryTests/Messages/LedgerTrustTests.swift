import Testing

@testable import Ferry

/// What the operator reads where the ledger can't be trusted.
@Suite struct LedgerTrustTests {
    @Test func `each reason not to trust the ledger, as it is shown`() throws {
        let faults: [(fault: String, kind: String, relation: String?, detail: String, role: String)] = [
            ("owner", "SCHEMA", nil, "", "mallory"), ("owner", "TABLE", "Chunk", "", "mallory"),
            ("kind", "TABLE", "format", "", "mallory"), ("trigger", "TABLE", "chunk", "noted", "postgres"),
            ("rule", "TABLE", "chunk", "noted", "postgres"), ("policy", "TABLE", "chunk", "noted", "postgres"),
            ("privilege", "SCHEMA", nil, "CREATE", "PUBLIC"), ("privilege", "TABLE", "chunk", "TRIGGER", "Mallory"),
            ("privilege", "SEQUENCE", "job_id_seq", "UPDATE", "mallory"),
            ("privilege", "TABLE", "saved_definition", "UPDATE (statements)", "mallory"),
        ]
        let lines = faults.map { fault in
            let error = LedgerTrust.refusal(
                fault.fault, kind: fault.kind, relation: fault.relation, detail: fault.detail, role: fault.role)
            return "\(error.message) | \(error.hint ?? "-")"
        }
        try MessageGolden.expect(lines, "ledger-trust")
    }
}
