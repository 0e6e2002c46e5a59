import Testing

@testable import Ferry

@Suite struct ToastCompressionTests {
    private func server(_ method: String?, isBuiltIn: Bool = true, offersLZ4: Bool = true) -> ServerInfo {
        var server = Fixture.server()
        server.toast = method.map { ToastDefault(method: $0, isBuiltIn: isBuiltIn, offersLZ4: offersLZ4) }
        return server
    }

    @Test func `lz4 is taken where the server offers it and nobody has chosen`() {
        #expect(ToastCompression.auto.method(on: server("pglz")) == .lz4)
        #expect(ToastCompression.auto.method(on: server("pglz", isBuiltIn: false)) == nil)
        #expect(ToastCompression.auto.method(on: server("pglz", offersLZ4: false)) == nil)
        #expect(ToastCompression.auto.method(on: server("lz4")) == nil)
        #expect(ToastCompression.auto.method(on: server(nil)) == nil)
    }

    @Test func `what is asked for is done, or refused`() {
        #expect(ToastCompression.keep.method(on: server("pglz")) == nil)
        #expect(ToastCompression.pglz.method(on: server("lz4", isBuiltIn: false)) == .pglz)
        #expect(ToastCompression.lz4.method(on: server("pglz", isBuiltIn: false)) == .lz4)
        #expect(!ToastCompression.lz4.isOffered(by: server("pglz", offersLZ4: false)))
        #expect(!ToastCompression.lz4.isOffered(by: server(nil)))
        #expect(ToastCompression.allCases.filter { $0 != .lz4 }.allSatisfy { $0.isOffered(by: server(nil)) })
    }

    @Test func `the plan keeps the method for a run that resumes, and a plan of an older vecferry has none`() throws {
        var plan = Plan(source: server(nil), target: server("pglz"), request: CopyRequest(), pairs: [], notes: [])
        plan.request.toastCompression = .lz4
        plan.toastMethod = .lz4
        let text = StoredPlan(plan).text
        #expect(text.contains(#""toastCompression":"lz4""#) && text.contains(#""toastMethod":"lz4""#))
        let again = try StoredPlan(text: text).plan([])
        #expect(again.toastMethod == .lz4 && again.request == plan.request)
        let old = text.replacing(#""toastMethod":"lz4","#, with: "").replacing(#","toastCompression":"lz4""#, with: "")
        #expect(try StoredPlan(text: old).plan([]).toastMethod == nil)
        #expect(try StoredPlan(text: old).plan([]).request.toastCompression == .auto)
    }
}
