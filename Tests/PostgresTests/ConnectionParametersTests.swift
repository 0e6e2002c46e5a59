import Postgres
import Testing

@Suite struct ConnectionParametersTests {
    @Test(
        arguments: [
            "postgresql://me:s3cret%21@db.example:5433/app?sslmode=require",
            "host=db.example port=5433 dbname=app user=me password=s3cret! sslmode=require",
        ])
    func `a URI and a conninfo string say the same`(_ text: String) throws {
        let parameters = try ConnectionParameters(parsing: text)
        #expect(parameters["host"] == "db.example")
        #expect(parameters["port"] == "5433")
        #expect(parameters["dbname"] == "app")
        #expect(parameters["user"] == "me")
        #expect(parameters["sslmode"] == "require")
        #expect(parameters.secrets == ["s3cret!"])
        #expect(parameters.environment["PGPASSWORD"] == "s3cret!")
        #expect(parameters.environment["PGHOST"] == "db.example")
    }

    @Test(
        arguments: [
            "postgresql://me:s3cret@[::1/db", "password=s3cret host",
            "password='s3cret", "host=h password=s3cret nonsense=1", "s3cret", "postgresql://me:s3cret%zz@h/db",
            "postgresql://h/db?s3cret=1", "postgresql://h/db?password=s3cret&x", "passwort=s3cret",
        ])
    func `a string that can't be parsed is not shown`(_ text: String) {
        let error = #expect(throws: PostgresError.self) { try ConnectionParameters(parsing: text) }
        #expect(error?.code == .invalidParameters)
        #expect(error.map { !"\($0)".contains("s3cret") } == true)
    }

    @Test(
        arguments: [
            ("postgresql://me:s3cret@h/db?schema=app", "the parameter schema is Prisma's", "Leave it out; --table"),
            (
                "postgres://me:s3cret@h/db?sslmode=require&pgbouncer=true", "the parameter pgbouncer is Prisma's",
                "Leave it out."
            ),
            ("postgresql://me:s3cret@h/db?ssl=no-verify", "the parameter ssl is another driver's", "sslmode=require"),
            ("jdbc:postgresql://h:5432/db?user=me&password=s3cret", "it is a JDBC address", "without jdbc:"),
            ("postgresql+psycopg2://me:s3cret@h/db", "it names a driver of SQLAlchemy", "Leave out +psycopg2"),
            ("postgresql+asyncpg://me:s3cret@h/db", "it names a driver of SQLAlchemy", "Leave out +asyncpg"),
            ("postgis://me:s3cret@h/db", "libpq does not know the scheme postgis://", "Write postgresql://"),
        ])
    func `an address of another client library is recognized, and the error says how to write it`(
        text: String, fault: String, advice: String
    ) {
        let error = #expect(throws: PostgresError.self) { try ConnectionParameters(parsing: text) }
        #expect(
            error?.message.hasPrefix("The connection string can't be parsed: \(fault)") == true)
        #expect(error?.hint?.contains(advice) == true)
        #expect(error.map { !"\($0)".contains("s3cret") } == true)
    }

    /// Every setting that libpq reads from a variable reaches another program, those of a newer libpq too.
    @Test func `settings reach another program by libpq's own variables`() throws {
        let parameters = try ConnectionParameters(
            parsing: "channel_binding=require gssencmode=disable sslcrldir=/c sslsni=0 target_session_attrs=any")
        #expect(
            parameters.environment == [
                "PGCHANNELBINDING": "require", "PGGSSENCMODE": "disable", "PGSSLCRLDIR": "/c", "PGSSLSNI": "0",
                "PGTARGETSESSIONATTRS": "any",
            ])
    }

    @Test func `a default gives way to what is there`() throws {
        var parameters = try ConnectionParameters(parsing: "host=a")
        parameters.setDefault("host", "b")
        parameters.setDefault("user", "c")
        #expect(parameters["host"] == "a")
        #expect(parameters["user"] == "c")
    }
}
