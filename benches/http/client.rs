//! As much of an HTTP client as a load generator needs, so that it takes little of the machine that it shares.

use std::{io, net::SocketAddr};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection that is kept between requests.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
}

/// How long a body is: told before it, or by itself.
enum Length {
    Known(usize),
    Chunked,
}

/// What came back: the status, the length of the body and how it begins.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) length: usize,
    pub(crate) start: Vec<u8>,
}

/// A request with a JSON body.
pub(crate) fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         accept: application/graphql-response+json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: BytesMut::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads its answer to the end, of whose body at most so many bytes are kept.
    pub(crate) async fn exchange(&mut self, request: &[u8], keep: usize) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        let (status, length) = self.head().await?;
        let mut answer = Answer { status, ..Answer::default() };
        match length {
            Length::Known(length) => self.take(length, keep, &mut answer).await?,
            Length::Chunked => loop {
                let size = self.chunk_size().await?;
                self.take(size, keep, &mut answer).await?;
                // The line break that ends a chunk.
                self.take(2, 0, &mut Answer::default()).await?;
                if size == 0 {
                    break;
                }
            },
        }
        Ok(answer)
    }

    async fn head(&mut self) -> io::Result<(u16, Length)> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 32];
            let mut response = httparse::Response::new(&mut headers);
            if let httparse::Status::Complete(end) = response.parse(&self.buffer).map_err(io::Error::other)? {
                let known = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
                let length = known.and_then(|header| str::from_utf8(header.value).ok()?.parse().ok());
                let head = (response.code.unwrap_or_default(), length.map_or(Length::Chunked, Length::Known));
                self.buffer.advance(end);
                return Ok(head);
            }
            self.fill().await?;
        }
    }

    async fn chunk_size(&mut self) -> io::Result<usize> {
        loop {
            let parsed = httparse::parse_chunk_size(&self.buffer).map_err(|_| io::Error::other("no chunk"))?;
            if let httparse::Status::Complete((end, size)) = parsed {
                self.buffer.advance(end);
                return usize::try_from(size).map_err(io::Error::other);
            }
            self.fill().await?;
        }
    }

    /// Reads so many bytes of a body.
    async fn take(&mut self, mut length: usize, keep: usize, answer: &mut Answer) -> io::Result<()> {
        answer.length += length;
        while length > 0 {
            if self.buffer.is_empty() {
                self.fill().await?;
            }
            let here = length.min(self.buffer.len());
            let kept = here.min(keep - answer.start.len());
            answer.start.extend_from_slice(&self.buffer[..kept]);
            self.buffer.advance(here);
            length -= here;
        }
        Ok(())
    }

    async fn fill(&mut self) -> io::Result<()> {
        self.buffer.reserve(64 * 1024);
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}
