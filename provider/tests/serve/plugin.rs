//! The services of go-plugin.

use cloister_proto::go_plugin::Empty;
use cloister_proto::health::HealthCheckRequest;
use cloister_proto::health::health_check_response::ServingStatus;
use tonic::Code;

use super::wire::connected;

#[tokio::test]
async fn the_services_of_go_plugin_are_there() {
    let (_host, mut client) = connected().await;
    for (service, expected) in [
        ("plugin", Ok(ServingStatus::Serving)),
        ("", Ok(ServingStatus::Serving)),
        ("x", Err(Code::NotFound)),
    ] {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let answer = client.health.check(request.clone()).await;
        assert_eq!(
            answer
                .map(|answer| answer.into_inner().status())
                .map_err(|status| status.code()),
            expected
        );
        let first = client
            .health
            .watch(request)
            .await
            .unwrap()
            .into_inner()
            .message()
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            first.status(),
            expected.unwrap_or(ServingStatus::ServiceUnknown)
        );
    }
    let mut stdio = client.stdio.stream_stdio(()).await.unwrap().into_inner();
    let mut broker = client
        .broker
        .start_stream(futures::stream::pending())
        .await
        .unwrap()
        .into_inner();
    client.controller.shutdown(Empty {}).await.unwrap();
    assert_eq!(
        stdio.message().await.unwrap(),
        None,
        "the stream ends without an error"
    );
    assert_eq!(broker.message().await.unwrap(), None);
}
