//! What the handlers need of the gateway, so that they can be tested without a database.

use std::sync::Arc;

use crate::gateway::{CsdlFormat, Gateway, Request, Response};

/// Whoever answers GraphQL requests.
pub(super) trait Backend: Clone + Send + Sync + 'static {
    /// Answers one request.
    fn execute(&self, request: Request) -> impl Future<Output = Response> + Send;

    /// The schema in the schema definition language.
    fn sdl(&self) -> Arc<str>;

    /// The catalog as a CSDL document of OData.
    fn csdl(&self, format: CsdlFormat) -> Arc<str>;

    /// Whether requests can be answered now.
    fn ready(&self) -> impl Future<Output = bool> + Send;
}

impl Backend for Gateway {
    fn execute(&self, request: Request) -> impl Future<Output = Response> + Send {
        Self::execute(self, request)
    }

    fn sdl(&self) -> Arc<str> {
        Self::sdl(self)
    }

    fn csdl(&self, format: CsdlFormat) -> Arc<str> {
        Self::csdl(self, format)
    }

    fn ready(&self) -> impl Future<Output = bool> + Send {
        Self::ready(self)
    }
}
