//! What personas do in SageMaker, by what it is for.

/// Looks without touching.
pub(super) const LOOK: &[&str] = &[
    "sagemaker:BatchDescribeModelPackage",
    "sagemaker:BatchGetMetrics",
    "sagemaker:Describe*",
    "sagemaker:GetLineageGroupPolicy",
    "sagemaker:GetSearchSuggestions",
    "sagemaker:List*",
    "sagemaker:QueryLineage",
    "sagemaker:RenderUiTemplate",
    "sagemaker:Search",
];

/// Jobs of a team: what makes them takes tags.
pub(crate) const MAKE_JOBS: &[&str] = &[
    "sagemaker:CreateAutoMLJob",
    "sagemaker:CreateAutoMLJobV2",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateTransformJob",
];

pub(crate) const CHANGE_JOBS: &[&str] = &["sagemaker:Stop*Job", "sagemaker:UpdateTrainingJob"];

/// What tells of a job's data and parameters.
pub(super) const LOOK_AT_JOBS: &[&str] = &[
    "sagemaker:DescribeProcessingJob",
    "sagemaker:DescribeTrainingJob",
];

pub(crate) const MAKE_MODELS: &[&str] =
    &["sagemaker:CreateModel", "sagemaker:CreateModelPackageGroup"];

pub(crate) const CHANGE_MODELS: &[&str] =
    &["sagemaker:DeleteModel", "sagemaker:DeleteModelPackageGroup"];

/// Versions in a group of packages take no tags.
pub(super) const MODEL_VERSIONS: &[&str] = &["sagemaker:*ModelPackage"];

/// Experiments and lineage: SageMaker makes them beside each job, without tags. Each pattern means everything that can
/// be done to one kind of them, and no other action ends so.
pub(super) const EXPERIMENTS: &[&str] = &[
    "sagemaker:*Action",
    "sagemaker:*Artifact",
    "sagemaker:*Association",
    "sagemaker:*Context",
    "sagemaker:*Trial",
    "sagemaker:*TrialComponent",
    "sagemaker:BatchPutMetrics",
    "sagemaker:CreateExperiment",
    "sagemaker:DeleteExperiment",
    "sagemaker:UpdateExperiment",
];

pub(crate) const MAKE_DEPLOYMENTS: &[&str] = &[
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateMonitoringSchedule",
    "sagemaker:CreatePipeline",
];

pub(crate) const CHANGE_DEPLOYMENTS: &[&str] = &[
    "sagemaker:DeleteEndpoint*",
    "sagemaker:DeleteMonitoringSchedule",
    "sagemaker:DeletePipeline",
    "sagemaker:StartMonitoringSchedule",
    "sagemaker:StartPipelineExecution",
    "sagemaker:StopMonitoringSchedule",
    "sagemaker:UpdateEndpoint*",
    "sagemaker:UpdateMonitoringSchedule",
    "sagemaker:UpdatePipeline",
];

/// Executions of pipelines take no tags, and how images appear in apps is the whole domain's.
pub(super) const RUN_DEPLOYMENTS: &[&str] = &[
    "sagemaker:*AppImageConfig",
    "sagemaker:RetryPipelineExecution",
    "sagemaker:SendPipelineExecutionStep*",
    "sagemaker:StopPipelineExecution",
    "sagemaker:UpdatePipelineExecution",
];

/// Asks endpoints for predictions.
pub(super) const INVOKE: &[&str] = &["sagemaker:InvokeEndpoint*"];

/// Products that the organisation offers; none can be launched.
/// `AWSServiceCatalogEndUserReadOnlyAccess` without what it says of other services.
pub(super) const CATALOG: &[&str] = &[
    "servicecatalog:DescribeProduct",
    "servicecatalog:DescribeProductView",
    "servicecatalog:DescribeProvisioningParameters",
    "servicecatalog:ListLaunchPaths",
    "servicecatalog:SearchProducts",
];
