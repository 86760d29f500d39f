using System;
using Licensing;

public static class App
{
    public static int Main(string[] args)
    {
        var license = new LicenseClient();
        var verdict = (args.Length > 0 ? license.ActivateAsync(args[0]) : license.CheckAsync()).Result;
        if (!verdict.Allowed)
        {
            Console.Error.WriteLine(verdict.Why + " " + verdict.Help);
            return 1;
        }
        Console.WriteLine("Welcome to the edition " + license.FeatureAsync("tier").Result);
        return 0;
    }
}
