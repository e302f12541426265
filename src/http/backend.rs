//! What the handlers need of the gateway, so that they can be tested without a database.

use std::sync::Arc;

use crate::gateway::{CsdlFormat, Gateway, Request, Response, Streamed};

use super::Options;

/// Whoever answers GraphQL requests.
pub(super) trait Backend: Clone + Send + Sync + 'static {
    /// Answers one request.
    fn execute(&self, request: Request) -> impl Future<Output = Response> + Send;

    /// Answers one request, and where the answer is large its beginning, as the options have it.
    fn execute_streamed(&self, request: Request, _options: &Options) -> impl Future<Output = Streamed> + Send {
        async { Streamed { response: self.execute(request).await, rest: None } }
    }

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

    fn execute_streamed(&self, request: Request, options: &Options) -> impl Future<Output = Streamed> + Send {
        Self::execute_streamed(self, request, options.answer_buffer, options.answer_timeout)
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
