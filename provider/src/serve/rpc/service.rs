//! The service that tonic calls: a table from each call to its file.

use std::sync::Arc;

use cloister_framework::Provider;
use cloister_proto::tfplugin6 as wire;
use cloister_proto::tfplugin6::provider_server;
use futures::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::super::process::Lifecycle;
use super::absent::{Absent, one};
use super::call::Calls;
use super::refusal::Refusal;

type Answer<A> = Result<Response<A>, Status>;
type Events<A> = BoxStream<'static, Result<A, Status>>;

/// Answers the protocol with what `provider` does.
pub(in super::super) struct ProviderService(Calls);

impl ProviderService {
    pub(in super::super) fn new(provider: Arc<dyn Provider>, life: Lifecycle) -> Self {
        Self(Calls { provider, life })
    }

    /// Refuses a call of a feature that is not there.
    async fn absent<A>(&self, rpc: &'static str, feature: Absent, name: String) -> Answer<A>
    where
        A: Refusal + Send + 'static,
    {
        let refusal = feature.refusal(&name);
        self.0
            .call(rpc, &name, (), |_, ()| std::future::ready(Err(refusal)))
            .await
    }
}

#[tonic::async_trait]
impl provider_server::Provider for ProviderService {
    type ListResourceStream = Events<wire::list_resource::Event>;
    type ReadStateBytesStream = Events<wire::read_state_bytes::Response>;
    type InvokeActionStream = Events<wire::invoke_action::Event>;

    async fn get_metadata(
        &self,
        request: Request<wire::get_metadata::Request>,
    ) -> Answer<wire::get_metadata::Response> {
        let request = request.into_inner();
        self.0
            .call("GetMetadata", "", request, super::get_metadata::answer)
            .await
    }

    async fn get_provider_schema(
        &self,
        request: Request<wire::get_provider_schema::Request>,
    ) -> Answer<wire::get_provider_schema::Response> {
        let request = request.into_inner();
        self.0
            .call(
                "GetProviderSchema",
                "",
                request,
                super::get_provider_schema::answer,
            )
            .await
    }

    async fn get_resource_identity_schemas(
        &self,
        request: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Answer<wire::get_resource_identity_schemas::Response> {
        let request = request.into_inner();
        self.0
            .call(
                "GetResourceIdentitySchemas",
                "",
                request,
                super::get_resource_identity_schemas::answer,
            )
            .await
    }

    async fn get_functions(
        &self,
        request: Request<wire::get_functions::Request>,
    ) -> Answer<wire::get_functions::Response> {
        let request = request.into_inner();
        self.0
            .call("GetFunctions", "", request, super::get_functions::answer)
            .await
    }

    async fn validate_provider_config(
        &self,
        request: Request<wire::validate_provider_config::Request>,
    ) -> Answer<wire::validate_provider_config::Response> {
        let request = request.into_inner();
        self.0
            .call(
                "ValidateProviderConfig",
                "",
                request,
                super::validate_provider_config::answer,
            )
            .await
    }

    async fn configure_provider(
        &self,
        request: Request<wire::configure_provider::Request>,
    ) -> Answer<wire::configure_provider::Response> {
        let request = request.into_inner();
        self.0
            .call(
                "ConfigureProvider",
                "",
                request,
                super::configure_provider::answer,
            )
            .await
    }

    async fn stop_provider(
        &self,
        request: Request<wire::stop_provider::Request>,
    ) -> Answer<wire::stop_provider::Response> {
        let request = request.into_inner();
        self.0
            .call("StopProvider", "", request, super::stop_provider::answer)
            .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Answer<wire::validate_resource_config::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "ValidateResourceConfig",
                &subject,
                request,
                super::validate_resource_config::answer,
            )
            .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Answer<wire::upgrade_resource_state::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "UpgradeResourceState",
                &subject,
                request,
                super::upgrade_resource_state::answer,
            )
            .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Answer<wire::upgrade_resource_identity::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "UpgradeResourceIdentity",
                &subject,
                request,
                super::upgrade_resource_identity::answer,
            )
            .await
    }

    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Answer<wire::read_resource::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "ReadResource",
                &subject,
                request,
                super::read_resource::answer,
            )
            .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Answer<wire::plan_resource_change::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "PlanResourceChange",
                &subject,
                request,
                super::plan_resource_change::answer,
            )
            .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Answer<wire::apply_resource_change::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "ApplyResourceChange",
                &subject,
                request,
                super::apply_resource_change::answer,
            )
            .await
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Answer<wire::import_resource_state::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "ImportResourceState",
                &subject,
                request,
                super::import_resource_state::answer,
            )
            .await
    }

    async fn move_resource_state(
        &self,
        request: Request<wire::move_resource_state::Request>,
    ) -> Answer<wire::move_resource_state::Response> {
        let request = request.into_inner();
        let subject = request.target_type_name.clone();
        self.0
            .call(
                "MoveResourceState",
                &subject,
                request,
                super::move_resource_state::answer,
            )
            .await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<wire::validate_data_resource_config::Request>,
    ) -> Answer<wire::validate_data_resource_config::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "ValidateDataResourceConfig",
                &subject,
                request,
                super::validate_data_resource_config::answer,
            )
            .await
    }

    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Answer<wire::read_data_source::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "ReadDataSource",
                &subject,
                request,
                super::read_data_source::answer,
            )
            .await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<wire::validate_ephemeral_resource_config::Request>,
    ) -> Answer<wire::validate_ephemeral_resource_config::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "ValidateEphemeralResourceConfig",
                &subject,
                request,
                super::validate_ephemeral_resource_config::answer,
            )
            .await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<wire::open_ephemeral_resource::Request>,
    ) -> Answer<wire::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "OpenEphemeralResource",
                &subject,
                request,
                super::open_ephemeral_resource::answer,
            )
            .await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<wire::renew_ephemeral_resource::Request>,
    ) -> Answer<wire::renew_ephemeral_resource::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "RenewEphemeralResource",
                &subject,
                request,
                super::renew_ephemeral_resource::answer,
            )
            .await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<wire::close_ephemeral_resource::Request>,
    ) -> Answer<wire::close_ephemeral_resource::Response> {
        let request = request.into_inner();
        let subject = request.type_name.clone();
        self.0
            .call(
                "CloseEphemeralResource",
                &subject,
                request,
                super::close_ephemeral_resource::answer,
            )
            .await
    }

    async fn call_function(
        &self,
        request: Request<wire::call_function::Request>,
    ) -> Answer<wire::call_function::Response> {
        let request = request.into_inner();
        let subject = request.name.clone();
        self.0
            .call(
                "CallFunction",
                &subject,
                request,
                super::call_function::answer,
            )
            .await
    }

    async fn generate_resource_config(
        &self,
        request: Request<wire::generate_resource_config::Request>,
    ) -> Answer<wire::generate_resource_config::Response> {
        self.absent(
            "GenerateResourceConfig",
            Absent::ConfigGeneration,
            request.into_inner().type_name,
        )
        .await
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<wire::validate_list_resource_config::Request>,
    ) -> Answer<wire::validate_list_resource_config::Response> {
        self.absent(
            "ValidateListResourceConfig",
            Absent::ListResource,
            request.into_inner().type_name,
        )
        .await
    }

    async fn validate_action_config(
        &self,
        request: Request<wire::validate_action_config::Request>,
    ) -> Answer<wire::validate_action_config::Response> {
        self.absent(
            "ValidateActionConfig",
            Absent::Action,
            request.into_inner().type_name,
        )
        .await
    }

    async fn plan_action(
        &self,
        request: Request<wire::plan_action::Request>,
    ) -> Answer<wire::plan_action::Response> {
        self.absent(
            "PlanAction",
            Absent::Action,
            request.into_inner().action_type,
        )
        .await
    }

    async fn validate_state_store_config(
        &self,
        request: Request<wire::validate_state_store::Request>,
    ) -> Answer<wire::validate_state_store::Response> {
        self.absent(
            "ValidateStateStoreConfig",
            Absent::StateStore,
            request.into_inner().type_name,
        )
        .await
    }

    async fn configure_state_store(
        &self,
        request: Request<wire::configure_state_store::Request>,
    ) -> Answer<wire::configure_state_store::Response> {
        self.absent(
            "ConfigureStateStore",
            Absent::StateStore,
            request.into_inner().type_name,
        )
        .await
    }

    async fn lock_state(
        &self,
        request: Request<wire::lock_state::Request>,
    ) -> Answer<wire::lock_state::Response> {
        self.absent(
            "LockState",
            Absent::StateStore,
            request.into_inner().type_name,
        )
        .await
    }

    async fn unlock_state(
        &self,
        request: Request<wire::unlock_state::Request>,
    ) -> Answer<wire::unlock_state::Response> {
        self.absent(
            "UnlockState",
            Absent::StateStore,
            request.into_inner().type_name,
        )
        .await
    }

    async fn get_states(
        &self,
        request: Request<wire::get_states::Request>,
    ) -> Answer<wire::get_states::Response> {
        self.absent(
            "GetStates",
            Absent::StateStore,
            request.into_inner().type_name,
        )
        .await
    }

    async fn delete_state(
        &self,
        request: Request<wire::delete_state::Request>,
    ) -> Answer<wire::delete_state::Response> {
        self.absent(
            "DeleteState",
            Absent::StateStore,
            request.into_inner().type_name,
        )
        .await
    }

    async fn list_resource(
        &self,
        request: Request<wire::list_resource::Request>,
    ) -> Answer<Self::ListResourceStream> {
        self.absent(
            "ListResource",
            Absent::ListResource,
            request.into_inner().type_name,
        )
        .await
        .map(one)
    }

    async fn read_state_bytes(
        &self,
        request: Request<wire::read_state_bytes::Request>,
    ) -> Answer<Self::ReadStateBytesStream> {
        self.absent(
            "ReadStateBytes",
            Absent::StateStore,
            request.into_inner().type_name,
        )
        .await
        .map(one)
    }

    async fn invoke_action(
        &self,
        request: Request<wire::invoke_action::Request>,
    ) -> Answer<Self::InvokeActionStream> {
        self.absent(
            "InvokeAction",
            Absent::Action,
            request.into_inner().action_type,
        )
        .await
        .map(one)
    }

    async fn write_state_bytes(
        &self,
        chunks: Request<Streaming<wire::write_state_bytes::RequestChunk>>,
    ) -> Answer<wire::write_state_bytes::Response> {
        // The first chunk names the store; the rest needs no reading to be refused.
        let first = chunks.into_inner().message().await?;
        let name = first
            .and_then(|chunk| chunk.meta)
            .map(|meta| meta.type_name)
            .unwrap_or_default();
        self.absent("WriteStateBytes", Absent::StateStore, name)
            .await
    }
}
