using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Licensing;
using Map = System.Collections.Generic.Dictionary<string, object>;

/// <summary>Takes steps, one line of JSON each, which it reads as the client reads answers.</summary>
public static class Harness
{
    public static void Main()
    {
        var utf8 = new UTF8Encoding(false);
        var input = new StreamReader(Console.OpenStandardInput(), utf8);
        var output = new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true, NewLine = "\n" };
        for (var line = input.ReadLine(); line != null; line = input.ReadLine())
        {
            var step = (Map)LicenseClient.Json.Parse(line);
            var told = new Map { ["id"] = step["id"], ["value"] = Plain(Run(step).Result) };
            output.WriteLine(LicenseClient.Json.Write(told));
        }
    }

    private static async Task<object> Run(Map step)
    {
        var args = (List<object>)step["args"];
        var license = new LicenseClient(new LicenseOptions
        {
            ApiKey = (string)step["apiKey"], Server = (string)step["server"], Folder = (string)step["store"],
            Device = (string)step["device"], BindToMachine = (bool)step["isBound"], MachineId = (string)step["machine"],
            Now = () => (long)step["now"], Deadline = TimeSpan.FromMilliseconds((long)step["deadlineMs"]),
            Pause = TimeSpan.Zero,
        });
        switch ((string)step["do"])
        {
            case "activate": return await license.ActivateAsync((string)args[0]);
            case "check": return await license.CheckAsync(args.Count > 0);
            case "deactivate": return await license.DeactivateAsync();
            case "feature": return await license.FeatureAsync((string)args[0]);
            case "update": return await license.UpdateAsync();
            case "report":
                return args[1] is string text
                    ? await license.ReportAsync((string)args[0], text, (string)args[2])
                    : await license.ReportAsync((string)args[0], Convert.ToDecimal(args[1]), (string)args[2]);
            case "offlineFile": return await license.OfflineFileAsync((int)(long)args[0]);
            case "useOfflineFile": return await license.UseOfflineFileAsync((string)args[0]);
            default: return await license.DeviceNameAsync();
        }
    }

    /// <summary>A verdict or a release by its properties.</summary>
    private static object Plain(object value)
    {
        if (value is Result) return Regex.Replace(value.ToString(), "(?<=[a-z])[A-Z]", " $0").ToLowerInvariant();
        if (!(value is Verdict || value is Release)) return value;
        return value.GetType().GetProperties()
            .ToDictionary(each => char.ToLowerInvariant(each.Name[0]) + each.Name.Substring(1), each => Plain(each.GetValue(value)));
    }
}
